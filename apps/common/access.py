"""Who gets to see a page at all. What somebody may do there is the policy's business."""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Concatenate, ParamSpec
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.utils.cache import patch_vary_headers

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def logged_in_only(view: View[P]) -> View[P]:
    """`view` for those who are logged in; others are sent to log in, and from there back to where they were.

    A script that asks for a fragment is told to go there: it would put the log-in page into the
    middle of the present one. No cache takes the fragment for the page of the same address.
    """

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if request.user.is_authenticated:
            response = view(request, *args, **kwargs)
        elif request.headers.get("HX-Request") == "true":
            response = HttpResponse(status=HTTPStatus.UNAUTHORIZED, headers={"HX-Redirect": _log_in_from(request)})
        else:
            response = redirect_to_login(request.get_full_path())
        patch_vary_headers(response, ["HX-Request", "HX-Target"])
        return response

    return guarded


def _log_in_from(request: HttpRequest) -> str:
    """Address of the log-in page that leads back to the page whose script is asking."""
    page = urlsplit(request.headers.get("HX-Current-URL", ""))
    back = page._replace(scheme="", netloc="", fragment="").geturl() or "/"
    return f"{resolve_url(settings.LOGIN_URL)}?{urlencode({REDIRECT_FIELD_NAME: back})}"
