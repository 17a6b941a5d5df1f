"""Offering an account back to whoever has just shown its password."""

import time
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from apps.accounts.models import User
from apps.accounts.privacy import selectors

# The offer holds for so long (s).
_SECONDS: Final = 600
_KEY: Final = "take_back"


def offer_to_take_back(request: HttpRequest, user: User) -> HttpResponse | None:
    """The way to the page that offers `user`, whose account is shut, to open it again; None when that cannot be."""
    if selectors.deletion_of(user, now=timezone.now()) is None:
        return None
    request.session[_KEY] = [user.pk, time.time() + _SECONDS]
    return redirect("privacy:take_back")


def offered(request: HttpRequest) -> User | None:
    """The user to whom this session has offered their account back."""
    pk, until = request.session.get(_KEY) or (0, 0.0)
    return User.objects.filter(pk=pk).first() if time.time() < until else None


def forget(request: HttpRequest) -> None:
    request.session.pop(_KEY, None)
