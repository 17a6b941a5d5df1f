"""How often forms are sent: those that anybody can send by address and account, those that make something by user.

Limits of the back office go before those of settings (`apps.accounts.limits`); log-in to the back office itself is
the site's. Counts are in Redis, and in this process while it does not answer: then each process lets as many through, never all.
"""

import math
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any, Final, TypeAlias

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django_ratelimit.core import get_usage

from apps.accounts.limits import account_name, bucket_of, limit_for
from apps.accounts.models import User
from apps.common import error_pages
from apps.common.ratelimit.clients import client_key
from apps.common.ratelimit.limits import EndpointClass
from apps.common.requests import address_of

# Requests and seconds, or the limit that says them.
_Rate: TypeAlias = tuple[int, int] | EndpointClass
_HOUR: Final = 3600
# By address, and for one account at one address: by account alone, strangers could shut its owner out.
_FORMS: Final[Mapping[str, tuple[_Rate, _Rate]]] = {
    "account_login": (EndpointClass.LOG_IN, EndpointClass.LOG_IN_ACCOUNT),
    "account_signup": (EndpointClass.SIGN_UP, (20, _HOUR)),
    "account_reset_password": ((30, _HOUR), (10, _HOUR)),
    "workspaces:invitation": (EndpointClass.SIGN_UP, (60, _HOUR)),
}
# Of allauth's own limits, which do not tell when they end; none that answers 429 counts for longer.
_WAIT_OF_LIBRARY: Final = 60.0
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
            return _too_many(request, _wait_of_user(request.user, name))
        return None


def too_many(request: HttpRequest) -> HttpResponse:
    """The answer to what allauth's own limits refuse; it looks for it in the root of all addresses."""
    return _refusal(request, _WAIT_OF_LIBRARY)


def _wait_of_user(user: User, name: str) -> float:
    """Seconds until `user` may send the form; 0 for now. Counts this time."""
    counted = [EndpointClass.WEB_WRITE, *([EndpointClass.CREATE] if name == "links:create" else [])]
    decisions = [bucket_of(user, endpoint_class).take() for endpoint_class in counted]
    return max((decision.retry_after for decision in decisions if decision is not None), default=0.0)


def _wait(request: HttpRequest, name: str) -> float:
    """Seconds until the form may be sent again; 0 for now. Counts this time."""
    by_address, by_account = (_numbers(rate) for rate in _FORMS[name])
    rates = ((_address, by_address, "address"), (_account, by_account, "account"))
    usages = [get_usage(request, group=f"{name}:{kind}", key=key, rate=lambda *_, r=rate: r, increment=True) for key, rate, kind in rates]
    return max((usage["time_left"] for usage in usages if usage and usage["should_limit"]), default=0.0)


def _numbers(rate: _Rate) -> tuple[int, int] | None:
    """For django-ratelimit; None for no limit."""
    if isinstance(rate, tuple):
        return rate
    limit = limit_for(AnonymousUser(), rate)
    return (limit.capacity, limit.per_seconds) if limit is not None else None


def _address(_group: str, request: HttpRequest) -> str:
    return client_key(address_of(request))


def _account(group: str, request: HttpRequest) -> str:
    email = request.POST.get("login", "") or request.POST.get("email", "")
    return f"{account_name(email)} {_address(group, request)}"


def _too_many(request: HttpRequest, wait: float) -> HttpResponse | None:
    return _refusal(request, wait) if wait else None


def _refusal(request: HttpRequest, wait: float) -> HttpResponse:
    answer = error_pages.page(request, HTTPStatus.TOO_MANY_REQUESTS, template="429.html")
    answer["Retry-After"] = str(max(1, math.ceil(wait)))
    return answer
