"""The page that a visitor of a short link gets instead of a redirect."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse

from apps.common import error_pages
from apps.redirects.asgi import RESOLUTION, Resolution
from apps.redirects.decide import Outcome

_STATUS = {
    Outcome.NOT_FOUND: HTTPStatus.NOT_FOUND,
    Outcome.SCHEDULED: HTTPStatus.NOT_FOUND,
    Outcome.BANNED: HTTPStatus.GONE,
    Outcome.DISABLED: HTTPStatus.NOT_FOUND,
    Outcome.EXPIRED: HTTPStatus.GONE,
    Outcome.DELETED: HTTPStatus.GONE,
    Outcome.UNAVAILABLE: HTTPStatus.SERVICE_UNAVAILABLE,
}
# A database that restarts is back within seconds, and asking again costs little.
RETRY_AFTER = "1"


def visitor_page(request: HttpRequest, code: str) -> HttpResponse:
    """Tells why there is no redirect, without asking the database or the session. The answer is never
    to be kept by a cache: the link may lead somewhere a second later."""
    scope = getattr(request, "scope", {})
    found = scope.get(RESOLUTION, Resolution(Outcome.NOT_FOUND, code, ""))
    response = error_pages.page(
        request,
        _STATUS[found.outcome],
        template="redirects/unavailable.html",
        reason=found.outcome.value,
        code=found.code,
        hostname=found.hostname,
    )
    response["Cache-Control"] = "private, no-store"
    response["X-Robots-Tag"] = "noindex"
    if found.outcome is Outcome.UNAVAILABLE:
        response["Retry-After"] = RETRY_AFTER
    return response
