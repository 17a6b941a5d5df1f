"""Answers whose time tells nothing about who has an account."""

import time
from collections.abc import Callable
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse

# Pages that do more for an address that has an account than for one that has none, or less.
_NAMES: Final = frozenset({"account_signup", "account_reset_password", "auth-register"})


class EvenAnswersMiddleware:
    """Holds answers to forms that name an e-mail address until EVEN_ANSWER_SECONDS have passed.

    The log-in needs none: hashing a password is nearly all that it does, and it does so in any case.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began = time.monotonic()
        answer = self.get_response(request)
        match = request.resolver_match
        if request.method == "POST" and match is not None and match.url_name in _NAMES:
            time.sleep(max(0.0, began + settings.EVEN_ANSWER_SECONDS - time.monotonic()))
        return answer
