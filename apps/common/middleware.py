"""Middleware of the full site."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from apps.common.ids import uuid7

HEADER = "X-Request-ID"


class RequestIdMiddleware:
    """Gives each request an id and names it in the answer, so that a report can be found in the log."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request_id = uuid7().hex
        request.META["REQUEST_ID"] = request_id
        response = self.get_response(request)
        response[HEADER] = request_id
        return response
