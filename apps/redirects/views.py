"""Pages that a visitor of a short link may get instead of a redirect."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from apps.redirects.asgi import RESOLUTION, Resolution
from apps.redirects.decide import Outcome

_STATUS = {
    Outcome.NOT_FOUND: 404,
    Outcome.SCHEDULED: 404,
    Outcome.DISABLED: 404,
    Outcome.EXPIRED: 410,
    Outcome.DELETED: 410,
    Outcome.UNAVAILABLE: 503,
}
RETRY_AFTER_SECONDS = 1


def visitor_page(request: HttpRequest, code: str) -> HttpResponse:
    """Tells why there is no redirect. The answer is never to be kept by a cache: the link may
    lead somewhere a second later."""
    scope = getattr(request, "scope", {})
    resolution = scope.get(RESOLUTION, Resolution(Outcome.NOT_FOUND, code, ""))
    context = {"reason": resolution.outcome.value, "code": resolution.code, "hostname": resolution.hostname}
    response = render(request, "redirects/unavailable.html", context, status=_STATUS[resolution.outcome])
    response["Cache-Control"] = "private, no-store"
    response["X-Robots-Tag"] = "noindex"
    if resolution.outcome is Outcome.UNAVAILABLE:
        response["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return response
