"""The health check, and the views that Django calls when a request fails."""

from http import HTTPStatus

from django.core.exceptions import DisallowedHost, RequestDataTooBig
from django.http import HttpRequest, HttpResponse

from apps.common import error_pages


def healthz(_request: HttpRequest) -> HttpResponse:
    """200 `ok` as long as this process answers requests; says nothing about the engines behind it."""
    return HttpResponse("ok", content_type="text/plain", headers={"Cache-Control": "no-store"})


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if isinstance(exception, RequestDataTooBig):
        return error_pages.page(request, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    return error_pages.page(request, HTTPStatus.BAD_REQUEST, wrong_host=isinstance(exception, DisallowedHost))


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001 - Django's signature
    return error_pages.page(request, HTTPStatus.FORBIDDEN)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001 - Django's signature
    return error_pages.page(request, HTTPStatus.NOT_FOUND)


def server_error(request: HttpRequest) -> HttpResponse:
    return error_pages.page(request, HTTPStatus.INTERNAL_SERVER_ERROR)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001 - Django's signature
    return error_pages.page(request, HTTPStatus.FORBIDDEN, template="403_csrf.html")
