"""What the site's middleware adds to a request, with types."""

from django.http import HttpRequest


class SiteRequest(HttpRequest):
    """A request that has passed `apps.common.middleware.ClientMiddleware`."""

    client_address: str
    request_id: str


def address_of(request: HttpRequest) -> str:
    """The client's address; the other end of the connection where no middleware has looked further."""
    return getattr(request, "client_address", "") or str(request.META.get("REMOTE_ADDR", ""))


def id_of(request: HttpRequest) -> str:
    """The id that the log and the answer name this request by, or "" before it has one."""
    return str(getattr(request, "request_id", ""))
