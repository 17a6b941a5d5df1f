"""Says of each request where it comes from."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from apps.accounts.audit.context import Origin, Via, coming_from
from apps.common.requests import address_of, id_of

GetResponse = Callable[[HttpRequest], HttpResponse]

_ROOTS = (("/admin/", Via.ADMIN), ("/api/", Via.API), ("/graphql", Via.API))


class AuditOriginMiddleware:
    """Stands behind those that find out the client's address and the request's id."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        via = next((via for root, via in _ROOTS if request.path_info.startswith(root)), Via.WEB)
        with coming_from(Origin(via=via, address=address_of(request), request_id=id_of(request))):
            return self.get_response(request)
