"""The page of sessions."""

from typing import cast

from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from apps.accounts.models import User
from apps.accounts.sessions import selectors, services


@login_required
def show(request: HttpRequest) -> HttpResponse:
    """Where one is logged in."""
    browsers = selectors.browsers_of(cast("User", request.user), session_key=request.session.session_key)
    return render(request, "accounts/sessions/list.html", {"browsers": browsers})


@login_required
@require_POST
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """Log one of one's own browsers out."""
    user = cast("User", request.user)
    services.end_session(get_object_or_404(UserSession, pk=pk, user=user), by=user)
    messages.success(request, _("That browser is logged out."))
    return redirect("sessions:list")


@login_required
@require_POST
def end_others(request: HttpRequest) -> HttpResponse:
    """Log all of one's own browsers out but this one, and all clients of the API."""
    services.end_all_sessions(cast("User", request.user), but=request.session.session_key or "")
    messages.success(request, _("All other browsers are logged out."))
    return redirect("sessions:list")
