"""What a view of the API raises, as a problem."""

from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any

import structlog
from django.http import HttpRequest
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler as rest_exception_handler
from rest_framework.views import set_rollback

from apps.common.api.problems import CONTENT_TYPE, RETRY_AFTER, Problem, problem, seconds
from apps.common.errors import DomainError
from apps.common.middleware import ENGINE_FAILURES

log = structlog.get_logger(__name__)


def exception_handler(exception: Exception, context: Mapping[str, Any]) -> Response | None:
    """For REST_FRAMEWORK["EXCEPTION_HANDLER"]; None for bugs, which Django logs and answers with 500."""
    request: HttpRequest = context["request"]._request
    if isinstance(exception, DomainError):
        return _of_domain_error(request, exception)
    if isinstance(exception, ENGINE_FAILURES):
        log.error("engine failed", path=request.path, exc_info=exception)
        return _response(problem(request, 503), {"Retry-After": seconds(RETRY_AFTER)})
    told = rest_exception_handler(exception, dict(context))
    if told is None:
        return None
    found = problem(request, told.status_code, code=_code(exception), detail=_detail(exception), errors=errors_of(exception))
    headers = {name: value for name, value in told.items() if name != "Content-Type"}
    return _response(found, headers)


def _of_domain_error(request: HttpRequest, error: DomainError) -> Response:
    set_rollback()
    errors = [{"field": error.field, "code": error.code, "detail": error.message}] if error.field else []
    headers = {}
    if wait := error.params.get("retry_after"):
        headers["Retry-After"] = seconds(float(str(wait)))
    if error.http_status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    return _response(problem(request, error.http_status, code=error.code, detail=error.message, errors=errors), headers)


def _response(found: Problem, headers: Mapping[str, str]) -> Response:
    response = Response(found, status=found["status"], headers=dict(headers), content_type=CONTENT_TYPE)
    response["Cache-Control"] = "no-store"
    return response


def _code(exception: Exception) -> str:
    if isinstance(exception, exceptions.ValidationError):
        return "invalid"
    codes = exception.get_codes() if isinstance(exception, exceptions.APIException) else ""
    return codes if isinstance(codes, str) and codes not in {"error", "throttled"} else ""


def _detail(exception: Exception) -> str:
    if isinstance(exception, exceptions.ValidationError):
        return "Some of the values are not valid."
    detail = getattr(exception, "detail", "")
    return str(detail) if isinstance(detail, str) else ""


def errors_of(exception: Exception) -> list[Problem]:
    """What is wrong with input by field, as `errors` of a problem tell it."""
    return list(_flat(exception.get_full_details(), "")) if isinstance(exception, exceptions.ValidationError) else []


def _flat(details: Any, field: str) -> Iterator[Problem]:
    """Each message of REST framework's tree of them, with the way to it."""
    if isinstance(details, Mapping) and set(details) == {"message", "code"} and isinstance(details["code"], str):
        yield {"field": field, "code": details["code"], "detail": str(details["message"])}
    elif isinstance(details, Mapping):
        for name, inner in details.items():
            own = "" if name == "non_field_errors" else str(name)
            yield from _flat(inner, f"{field}.{own}" if field and own else field or own)
    else:
        leaves = all(isinstance(inner, Mapping) and set(inner) == {"message", "code"} for inner in details)
        for number, inner in enumerate(details):
            yield from _flat(inner, field if leaves else f"{field}.{number}" if field else str(number))
