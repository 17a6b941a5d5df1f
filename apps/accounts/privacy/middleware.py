"""Who has something to agree to sees nothing else before."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Final
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from apps.accounts.privacy.consent import SESSION_KEY
from apps.common.middleware import ENGINE_FAILURES

GetResponse = Callable[[HttpRequest], HttpResponse]

# Texts, pages to log out and to leave, and what is not for people.
_OPEN: Final = ("/legal/", "/accounts/logout/", "/account/privacy/", "/api/", "/graphql", "/healthz", "/metrics")


class ConsentMiddleware:
    """Sends people whom the log-in has found to owe an answer to the page that asks for it. Costs no query."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not _is_open(request.path_info) and _owes_an_answer(request):
            return _sent_away(request)
        return self.get_response(request)


def _owes_an_answer(request: HttpRequest) -> bool:
    # Without the cookie there is no session; looking into it would say of the answer that it depends on one.
    if settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return False
    try:
        return bool(request.session.get(SESSION_KEY))
    except ENGINE_FAILURES:
        # The page will find out for itself, and says so as pages do.
        return False


def _is_open(path: str) -> bool:
    return path == reverse("consent") or path.startswith((*_OPEN, settings.STATIC_URL))


def _sent_away(request: HttpRequest) -> HttpResponse:
    if request.headers.get("HX-Request") == "true":
        return HttpResponse(status=HTTPStatus.FORBIDDEN, headers={"HX-Redirect": reverse("consent")})
    back = request.get_full_path() if request.method in {"GET", "HEAD"} else "/"
    return HttpResponseRedirect(f"{reverse('consent')}?{urlencode({'next': back})}")
