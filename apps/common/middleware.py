"""Middleware of the full site."""

import re
from collections.abc import Callable
from http import HTTPStatus

import redis
import structlog
from django.conf import settings
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django_redis.exceptions import ConnectionInterrupted

from apps.common import error_pages
from apps.common.api.problems import is_wanted
from apps.common.errors import DomainError
from apps.common.http import AddressRanges, client_address, is_trusted
from apps.common.ids import uuid7
from apps.common.requests import SiteRequest
from apps.common.views import healthz

HEADER = "X-Request-ID"
# The audit log keeps as many characters.
_is_id = re.compile(r"[A-Za-z0-9_-]{8,64}\Z").match
HEALTH_PATH = "/healthz"

GetResponse = Callable[[HttpRequest], HttpResponse]

log = structlog.get_logger(__name__)


class HealthMiddleware:
    """Answers the health check before anything else looks at it: probes call by address, not by host name."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return healthz(request) if request.path_info == HEALTH_PATH else self.get_response(request)


class RequestIdMiddleware:
    """Gives each request an id and names it in the answer and in log lines, so that a report can be found.

    A program may choose the id of what it asks the APIs, and find its own log's requests in ours; browsers may not.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: SiteRequest) -> HttpResponse:
        request.request_id = _chosen_id(request) or uuid7().hex
        with structlog.contextvars.bound_contextvars(request_id=request.request_id):
            response = self.get_response(request)
        response[HEADER] = request.request_id
        return response


def _chosen_id(request: HttpRequest) -> str:
    chosen = request.headers.get(HEADER, "")
    return chosen if is_wanted(request) and _is_id(chosen) else ""


class ClientMiddleware:
    """Finds out whose request it is, and forgets what proxies that are not trusted say about it."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response
        self.trusted = AddressRanges.parse(settings.TRUSTED_PROXIES, setting="TRUSTED_PROXIES")

    def __call__(self, request: SiteRequest) -> HttpResponse:
        peer = str(request.META.get("REMOTE_ADDR", ""))
        request.client_address = client_address(peer=peer, forwarded_for=request.META.get("HTTP_X_FORWARDED_FOR"), trusted=self.trusted)
        if not is_trusted(peer, self.trusted):
            # SECURE_PROXY_SSL_HEADER names it, and Django would believe it from anybody.
            request.META.pop("HTTP_X_FORWARDED_PROTO", None)
        return self.get_response(request)


# PostgreSQL and Redis do not answer, or not in time.
ENGINE_FAILURES = (OperationalError, ConnectionInterrupted, redis.ConnectionError, redis.TimeoutError)


class DomainErrorMiddleware:
    """Shows failures that a view let pass and that are no bugs as the page of their status.

    These are the expected ones, and engines that do not answer: 503, and nobody is let in meanwhile.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, ENGINE_FAILURES):
            log.error("engine failed", path=request.path, exc_info=exception)
            return error_pages.page(request, HTTPStatus.SERVICE_UNAVAILABLE)
        if not isinstance(exception, DomainError):
            return None
        log.info("request refused", code=exception.code, status=exception.http_status, path=request.path)
        return error_pages.for_domain_error(request, exception)
