"""Middleware of pages for visitors."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from apps.redirects.resolution import RESOLUTION

GetResponse = Callable[[HttpRequest], HttpResponse]


class ShortDomainMiddleware:
    """Lets Django answer at hosts that the domain table knows and ALLOWED_HOSTS does not, for visitors
    of links alone: the site's own pages stay where ALLOWED_HOSTS has them."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        found = getattr(request, "scope", {}).get(RESOLUTION)
        if found is not None and found.hostname:
            # The redirector has found this host in the table.
            request.get_host = request._get_raw_host  # type: ignore[method-assign,attr-defined]
        return self.get_response(request)
