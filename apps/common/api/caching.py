"""Answers of the APIs are for whoever has asked."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers

from apps.common.api.problems import is_wanted

# Caches know of the first two by themselves; of a header of ours they know nothing, and would keep the answer for everybody.
_WHO_ASKS = ("Authorization", "Cookie", "X-Api-Key")


class PrivateAnswersMiddleware:
    """Says of each answer of an API that no shared cache may keep it, unless its view has said what caches may do."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if is_wanted(request):
            response.setdefault("Cache-Control", "private, no-cache")
            patch_vary_headers(response, _WHO_ASKS)
        return response
