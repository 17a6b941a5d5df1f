"""Pages between a short link and its destination: the password, the warning, the limited link.

Each has one form, sent to the link's own address. When it is right, the browser gets a pass and asks
for the link again, so that redirects and clicks are made in one place.
"""

from http import HTTPStatus
from threading import BoundedSemaphore
from typing import Any

from django.contrib.auth.hashers import check_password
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.utils.translation import gettext as _

from apps.common import error_pages
from apps.common.ratelimit import limiter
from apps.common.ratelimit.clients import client_key
from apps.common.ratelimit.limits import EndpointClass
from apps.common.requests import address_of
from apps.links.locks import PASSWORD_MAX_LENGTH
from apps.redirects import machines, passes
from apps.redirects.decide import Outcome
from apps.redirects.destination_shown import shown
from apps.redirects.gates import ASKED
from apps.redirects.link_texts import danger_of
from apps.redirects.resolution import Resolution
from apps.redirects.snapshot import Snapshot

# A hash takes a quarter of a second of a core; redirects must go on beside it.
_hashing = BoundedSemaphore(2)
_HASH_PATIENCE = 5.0


def gate_page(request: HttpRequest, found: Resolution, snapshot: Snapshot) -> HttpResponse:
    """The page of the gate `found.outcome`, or what comes of its form."""
    if request.method != "POST":
        return _page(request, found, snapshot, status=_status_of_question(request))
    if found.outcome is Outcome.LOCKED:
        return _try_password(request, found, snapshot)
    return _let_through(request, found, snapshot)


def _status_of_question(request: HttpRequest) -> HTTPStatus:
    """A browser drops what it fetched ahead when it is an error, and asks again when the person comes."""
    purpose = {b"sec-purpose": request.headers.get("Sec-Purpose", "").encode(), b"purpose": request.headers.get("Purpose", "").encode()}
    return HTTPStatus.FORBIDDEN if machines.is_prefetch(purpose) else HTTPStatus.OK


def _try_password(request: HttpRequest, found: Resolution, snapshot: Snapshot) -> HttpResponse:
    decision = limiter.take(EndpointClass.PASSWORD, f"{client_key(address_of(request))}:{snapshot.link_id}")
    if decision is not None and not decision.allowed:
        error = _("Too many wrong passwords came from your network. Wait a few minutes and try again.")
        response = _page(request, found, snapshot, status=HTTPStatus.TOO_MANY_REQUESTS, error=error)
        for name, value in decision.headers().items():
            response[name] = value
        return response
    is_right = _matches(request.POST.get("password", ""), snapshot.password_hash)
    if is_right:
        return _let_through(request, found, snapshot)
    if is_right is None:
        error = _("Too many people try at this moment. Try again.")
        return _page(request, found, snapshot, status=HTTPStatus.SERVICE_UNAVAILABLE, error=error)
    return _page(
        request, found, snapshot, status=HTTPStatus.FORBIDDEN, error=_("This is not the password. Capital and small letters differ.")
    )


def _matches(password: str, password_hash: str) -> bool | None:
    """Whether it is the password; None when too many ask at the same time."""
    if not 0 < len(password) <= PASSWORD_MAX_LENGTH:
        return False
    if not _hashing.acquire(timeout=_HASH_PATIENCE):
        return None
    try:
        return check_password(password, password_hash)
    finally:
        _hashing.release()


def _let_through(request: HttpRequest, found: Resolution, snapshot: Snapshot) -> HttpResponse:
    """To the same address again, with a pass: 303 has the browser ask with GET."""
    response = HttpResponse(status=HTTPStatus.SEE_OTHER, headers={"Location": _asked(request)})
    passes.give(response, found.outcome, snapshot, found.code)
    return _private(response)


def _asked(request: HttpRequest) -> str:
    """Path and query of this request as sent, which begin with the code."""
    asked: bytes = getattr(request, "scope", {})[ASKED]
    return asked.decode("latin-1")


_TEMPLATES = {Outcome.LOCKED: "redirects/locked.html", Outcome.FLAGGED: "redirects/flagged.html", Outcome.HELD: "redirects/held.html"}


def _page(request: HttpRequest, found: Resolution, snapshot: Snapshot, *, status: HTTPStatus, error: str = "") -> HttpResponse:
    values: dict[str, Any] = {"code": found.code, "hostname": found.hostname, "error": error, "csrf_token": get_token(request)}
    if found.outcome is Outcome.FLAGGED:
        values |= {"destination": shown(snapshot.destination_url), "danger": danger_of(snapshot.link_id)}
    return _private(error_pages.page(request, status, template=_TEMPLATES[found.outcome], **values))


def _private(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "private, no-store"
    response["X-Robots-Tag"] = "noindex, nofollow"
    # Not no-referrer: without an origin the form would be refused.
    response["Referrer-Policy"] = "same-origin"
    return response
