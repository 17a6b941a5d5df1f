"""Errors of the API as `application/problem+json` (RFC 9457).

Beside the members of the standard each has a stable `code`, the `request_id` to report, and for input that
is wrong `errors`: a list of `{"field", "code", "detail"}`, the field's name with dots for what lies inside another.
"""

import math
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final

from django.http import HttpRequest, JsonResponse

from apps.common.requests import id_of

CONTENT_TYPE: Final = "application/problem+json"
# Seconds after which it makes sense to try again when an engine does not answer.
RETRY_AFTER: Final = 5
# Of answers that no exception of ours explains.
_CODES: Final[Mapping[int, str]] = {
    400: "bad_request",
    401: "not_authenticated",
    403: "permission_denied",
    404: "not_found",
    405: "method_not_allowed",
    406: "not_acceptable",
    413: "too_large",
    415: "unsupported_media_type",
    429: "too_many_requests",
    500: "internal_error",
    503: "unavailable",
}
_ROOTS: Final = ("/api/", "/graphql")

Problem = dict[str, Any]


def is_wanted(request: HttpRequest) -> bool:
    """Whether errors of `request` are told to a program and not shown to people."""
    return request.path_info.startswith(_ROOTS)


def problem(
    request: HttpRequest, status: int, *, code: str = "", detail: str = "", errors: Sequence[Mapping[str, str]] = (), **more: Any
) -> Problem:
    """The body for `status`; `more` are members of its own."""
    found: Problem = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code or _CODES.get(status, "error"),
        "detail": detail or HTTPStatus(status).description,
        "request_id": id_of(request),
        **more,
    }
    return found | {"errors": list(errors)} if errors else found


def answer(request: HttpRequest, status: int, *, code: str = "", detail: str = "", retry_after: float = 0) -> JsonResponse:
    """A whole answer, for what fails outside REST framework."""
    response = JsonResponse(problem(request, status, code=code, detail=detail), status=status, content_type=CONTENT_TYPE)
    response["Cache-Control"] = "no-store"
    if retry_after or status == HTTPStatus.SERVICE_UNAVAILABLE:
        response["Retry-After"] = seconds(retry_after or RETRY_AFTER)
    return response


def seconds(wait: float) -> str:
    """`wait` as the value of Retry-After: whole seconds, at least one."""
    return str(max(1, math.ceil(wait)))
