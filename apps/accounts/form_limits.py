"""How often forms are sent: those that anybody can send by address and account, those that make something by user.

Counts are in Redis, and in this process while it does not answer: then each process lets as many through, never all.
"""

import math
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django_ratelimit.core import get_usage

from apps.accounts.models import User
from apps.accounts.selectors import limit_for
from apps.common import error_pages
from apps.common.ratelimit.clients import client_key
from apps.common.ratelimit.limiter import get_limiter
from apps.common.ratelimit.limits import EndpointClass
from apps.common.requests import address_of

# By address, and for one account at one address: by account alone, strangers could shut its owner out.
_FORMS: Final[Mapping[str, tuple[str, str]]] = {
    "account_login": ("30/m", "20/m"),
    "account_signup": ("60/h", "20/h"),
    "account_reset_password": ("30/h", "10/h"),
    "workspaces:invitation": ("60/h", "60/h"),
}
# What makes things or sends mails: from the bucket of the user.
_WRITES: Final = frozenset({"api_keys:create", "links:create", "workspaces:create", "workspaces:invite", "workspaces:send_again"})


class FormLimitsMiddleware:
    """Answers 429 with Retry-After to who sends a form too often."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, _view: Callable[..., HttpResponse], _args: tuple[Any, ...], _kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        name = request.resolver_match.view_name if request.resolver_match and request.method == "POST" else ""
        if name in _FORMS:
            return _too_many(request, _wait(request, name))
        if name in _WRITES and isinstance(request.user, User):
            limit = limit_for(request.user, EndpointClass.WEB_WRITE)
            decision = get_limiter().take(limit, f"user:{request.user.pk}") if limit is not None else None
            return _too_many(request, 0.0 if decision is None or decision.allowed else decision.retry_after)
        return None


def _wait(request: HttpRequest, name: str) -> float:
    """Seconds until the form may be sent again; 0 for now. Counts this time."""
    by_address, by_account = _FORMS[name]
    rates = ((_address, by_address, "address"), (_account, by_account, "account"))
    usages = [get_usage(request, group=f"{name}:{kind}", key=key, rate=rate, increment=True) for key, rate, kind in rates]
    return max((usage["time_left"] for usage in usages if usage and usage["should_limit"]), default=0.0)


def _address(_group: str, request: HttpRequest) -> str:
    return client_key(address_of(request))


def _account(group: str, request: HttpRequest) -> str:
    email = request.POST.get("login", "") or request.POST.get("email", "")
    return f"{email.strip().lower()[:254]} {_address(group, request)}"


def _too_many(request: HttpRequest, wait: float) -> HttpResponse | None:
    if not wait:
        return None
    answer = error_pages.page(request, HTTPStatus.TOO_MANY_REQUESTS, template="429.html")
    answer["Retry-After"] = str(max(1, math.ceil(wait)))
    return answer
