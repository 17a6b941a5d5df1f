"""The page that a visitor of a short link gets instead of a redirect."""

from http import HTTPStatus

from csp.decorators import csp_replace
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_protect

from apps.common import error_pages
from apps.redirects import gate_pages
from apps.redirects.decide import Outcome
from apps.redirects.gates import GATED, WITH_FORM
from apps.redirects.languages import in_visitors_language
from apps.redirects.resolution import RESOLUTION, Resolution, short_domain_of

_STATUS = {
    Outcome.NOT_FOUND: HTTPStatus.NOT_FOUND,
    Outcome.SCHEDULED: HTTPStatus.NOT_FOUND,
    Outcome.BANNED: HTTPStatus.GONE,
    Outcome.DISABLED: HTTPStatus.NOT_FOUND,
    Outcome.EXPIRED: HTTPStatus.GONE,
    Outcome.EXHAUSTED: HTTPStatus.GONE,
    Outcome.DELETED: HTTPStatus.GONE,
    Outcome.UNAVAILABLE: HTTPStatus.SERVICE_UNAVAILABLE,
}
# A database that restarts is back within seconds, and asking again costs little.
RETRY_AFTER = "1"


# Browsers hold what follows a form against form-action too, and that is anywhere.
@in_visitors_language
@csp_replace({"form-action": None})  # type: ignore[arg-type]  # its type leaves out the arguments of views
@csrf_protect
def visitor_page(request: HttpRequest, code: str) -> HttpResponse:
    """Tells why there is no redirect, or what comes before it. The answer is never to be kept by a
    cache: the link may lead somewhere a second later."""
    scope = getattr(request, "scope", {})
    found = scope.get(RESOLUTION, Resolution(Outcome.NOT_FOUND, code, ""))
    if found.outcome in WITH_FORM:
        return gate_pages.gate_page(request, found, scope[GATED])
    return unavailable_page(request, found)


@in_visitors_language
def no_such_page(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """For whatever path of a short domain there is nothing at."""
    hostname = short_domain_of(getattr(request, "scope", {}))
    return unavailable_page(request, Resolution(Outcome.NOT_FOUND, request.path[1:], hostname))


def unavailable_page(request: HttpRequest, found: Resolution) -> HttpResponse:
    """Why the link leads nowhere; asks neither the database nor the session."""
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
