"""Fragments beside a field for a new password."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from apps.accounts.models import User
from apps.accounts.passwords.suggestions import shortcomings, suggest_password

# More is judged when the form is sent.
_MAX_LENGTH = 1000


@require_POST
@never_cache
@sensitive_post_parameters()
def strength(request: HttpRequest) -> HttpResponse:
    """What is to be said in words about the password as it is typed."""
    password = request.POST.get("password1", "")[:_MAX_LENGTH]
    user = request.user
    email, full_name = (user.email, user.full_name) if isinstance(user, User) else (request.POST.get("email", "")[:254], "")
    found = shortcomings(password, email=email, full_name=full_name) if password else []
    return render(request, "accounts/passwords/strength.html", {"password": password, "shortcomings": found})


@require_POST
@never_cache
def suggestion(request: HttpRequest) -> HttpResponse:
    """A random password, to be taken over into the field or not."""
    return render(request, "accounts/passwords/suggestion.html", {"password": suggest_password()})
