"""The viewer's time zone: named by a cookie that the pages' script sets."""

import zoneinfo
from collections.abc import Callable
from functools import cache
from urllib.parse import unquote
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

COOKIE = "tz"
UTC = ZoneInfo("UTC")


@cache
def _known() -> frozenset[str]:
    return frozenset(zoneinfo.available_timezones())


def viewer_zone(request: HttpRequest) -> ZoneInfo:
    """Zone of the cookie, or UTC when there is none or it names none."""
    name = unquote(request.COOKIES.get(COOKIE, ""))
    return ZoneInfo(name) if name in _known() else UTC


class ViewerTimezoneMiddleware:
    """Templates and forms show and read times in the viewer's zone."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with timezone.override(viewer_zone(request)):
            return self.get_response(request)
