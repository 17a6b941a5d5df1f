"""Middleware of pages for visitors."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.request import split_domain_port, validate_host

from apps.redirects import thin
from apps.redirects.resolution import RESOLUTION, SHORT_DOMAIN

GetResponse = Callable[[HttpRequest], HttpResponse]


class ShortDomainMiddleware:
    """Lets Django answer at hosts that the domain table knows and ALLOWED_HOSTS does not, for visitors
    of links alone: the site's own pages stay where ALLOWED_HOSTS has them."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        host = request._get_raw_host()  # type: ignore[attr-defined]
        # Django has its own answer to hosts that are in neither.
        if not validate_host(split_domain_port(host)[0], settings.ALLOWED_HOSTS) and _is_for_visitors(request):
            request.get_host = request._get_raw_host  # type: ignore[method-assign,attr-defined]
            request.urlconf = thin.URLCONF
        return self.get_response(request)


def _is_for_visitors(request: HttpRequest) -> bool:
    """Whether the redirector has found the host in the table, or cannot say because nobody answers it."""
    scope = getattr(request, "scope", {})
    return RESOLUTION in scope or bool(scope.get(SHORT_DOMAIN))
