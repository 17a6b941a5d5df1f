"""Error pages. They touch neither database nor session, so that they also appear when these are the cause."""

from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template import loader

from apps.common.api import problems
from apps.common.errors import DomainError
from apps.common.requests import id_of

# Seconds after which it makes sense to try again.
RETRY_AFTER = 5
_TEMPLATES = {
    HTTPStatus.FORBIDDEN: "403.html",
    HTTPStatus.NOT_FOUND: "404.html",
    HTTPStatus.INTERNAL_SERVER_ERROR: "500.html",
    HTTPStatus.SERVICE_UNAVAILABLE: "503.html",
}


def page(request: HttpRequest, status: HTTPStatus, *, template: str = "", **values: Any) -> HttpResponse:
    """The page for `status`, with the request's id on it; `values` go to the template. To the API, a problem."""
    if problems.is_wanted(request):
        return problems.answer(request, status, detail=str(values.get("message", "")))
    context = {
        # No context processors: they would ask for the session and the user.
        "CSP_NONCE": getattr(request, "csp_nonce", ""),
        "public_url": settings.PUBLIC_URL,
        "short_domain": settings.SHORT_DOMAIN,
        "static_url": settings.STATIC_URL,
        "request_id": id_of(request),
        **values,
    }
    body = loader.get_template(template or _TEMPLATES.get(status, "400.html")).render(context)
    response = HttpResponse(body, status=status)
    response["Cache-Control"] = "no-store"
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        response["Retry-After"] = str(RETRY_AFTER)
    return response


def for_domain_error(request: HttpRequest, error: DomainError) -> HttpResponse:
    """The page of an expected failure; for a fragment that a script has asked for, its sentence alone."""
    status = HTTPStatus(error.http_status)
    if problems.is_wanted(request):
        retry_after = float(str(error.params.get("retry_after") or 0))
        return problems.answer(request, status, code=error.code, detail=error.message, retry_after=retry_after)
    if request.headers.get("HX-Request") == "true":
        return HttpResponse(error.message, status=status, content_type="text/plain; charset=utf-8")
    return page(request, status, message=error.message)
