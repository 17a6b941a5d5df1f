"""The page about oneself."""

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from apps.accounts import services
from apps.accounts.models import User
from apps.accounts.profile.forms import ProfileForm


@login_required
def edit(request: HttpRequest) -> HttpResponse:
    """See and change one's name."""
    user = cast("User", request.user)
    # A copy: the menu goes on showing what is stored when the form is not in order.
    form = ProfileForm(request.POST or None, instance=User.objects.get(pk=user.pk))
    if request.method == "POST" and form.is_valid():
        services.rename_user(user=user, full_name=form.cleaned_data["full_name"])
        messages.success(request, _("Your name is saved."))
        return redirect("profile:edit")
    return render(request, "accounts/profile/edit.html", {"form": form})
