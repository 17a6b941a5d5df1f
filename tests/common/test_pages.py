"""Error pages, the health check, and what the middleware adds to requests and answers."""

import io
import json
from collections.abc import Callable

import pytest
from django.core.exceptions import PermissionDenied as DjangoPermissionDenied
from django.core.exceptions import SuspiciousOperation
from django.core.handlers.asgi import ASGIRequest
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.test import Client
from django.urls import path
from pytest_django import DjangoAssertNumQueries, Settings

from apps.common import errors
from apps.common.middleware import ClientMiddleware
from apps.common.requests import address_of
from shortener_project import urls


class Broken(errors.DomainError):
    code = "engine_down"
    http_status = 503


def raising(error: Exception) -> Callable[[HttpRequest], HttpResponse]:
    def view(_request: HttpRequest) -> HttpResponse:
        raise error

    return view


def echo(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"address": address_of(request), "secure": request.is_secure()})


handler400, handler403, handler404, handler500 = urls.handler400, urls.handler403, urls.handler404, urls.handler500
urlpatterns = [
    *urls.urlpatterns,
    path("test/echo", echo),
    path("test/bug", raising(ZeroDivisionError("a secret <b>detail</b>"))),
    path("test/suspicious", raising(SuspiciousOperation("a secret detail"))),
    path("test/forbidden", raising(DjangoPermissionDenied("a secret detail"))),
    path("test/not-found", raising(errors.NotFound("There is no <such> link."))),
    path("test/denied", raising(errors.PermissionDenied("Your role does not allow this."))),
    path("test/refused", raising(errors.DomainError("This cannot be done."))),
    path("test/no-database", raising(OperationalError("a secret <host> refused"))),
    path("test/down", raising(Broken("Numbers are not available just now."))),
]

pytestmark = pytest.mark.urls(__name__)


@pytest.fixture
def browser() -> Client:
    return Client(raise_request_exception=False)


@pytest.mark.parametrize(
    ("address", "status", "words"),
    [
        ("/test/bug", 500, "Something broke"),
        ("/test/suspicious", 400, "This request cannot be answered"),
        ("/test/forbidden", 403, "Not for you"),
        ("/test/no/such/page", 404, "Nothing here"),
        ("/test/not-found", 404, "There is no &lt;such&gt; link."),
        ("/test/denied", 403, "Your role does not allow this."),
        ("/test/refused", 400, "This cannot be done."),
        ("/test/no-database", 503, "Not available just now"),
        ("/test/down", 503, "Numbers are not available just now."),
    ],
)
def test_a_failure_has_a_page_with_its_status_and_the_request_id(browser: Client, address: str, status: int, words: str) -> None:
    answer = browser.get(address)
    page = answer.content.decode()

    assert answer.status_code == status
    assert words in page
    assert answer["X-Request-ID"] in page
    assert "secret" not in page
    assert answer["Cache-Control"] == "no-store"


def test_what_is_down_may_be_tried_again(browser: Client) -> None:
    assert int(browser.get("/test/down")["Retry-After"]) > 0


def test_a_script_gets_the_sentence_alone(browser: Client) -> None:
    answer = browser.get("/test/denied", headers={"hx-request": "true"})

    assert (answer.status_code, answer.content.decode()) == (403, "Your role does not allow this.")


@pytest.mark.parametrize("address", ["/test/bug", "/test/no/such/page", "/test/forbidden", "/test/suspicious", "/test/down", "/healthz"])
def test_error_pages_need_neither_database_nor_cache(browser: Client, settings: Settings, address: str) -> None:
    # Without the `db` mark pytest-django refuses any query.
    settings.CACHES = {name: {**cache, "LOCATION": "redis://127.0.0.1:1"} for name, cache in settings.CACHES.items()}
    browser.cookies[settings.SESSION_COOKIE_NAME] = "a" * 32

    assert browser.get(address).status_code in {200, 400, 403, 404, 500, 503}


def test_a_wrong_host_is_told_the_setting_and_nothing_more(browser: Client, settings: Settings) -> None:
    settings.ALLOWED_HOSTS = ["allowed.example.com"]
    answer = browser.get("/test/echo", headers={"host": "other.example.net"})
    page = answer.content.decode()

    assert answer.status_code == 400
    assert "ALLOWED_HOSTS" in page
    assert "allowed.example.com" not in page
    assert "other.example.net" not in page


@pytest.mark.parametrize("ssl_redirect", [False, True])
def test_a_host_that_is_no_host_is_refused(browser: Client, settings: Settings, ssl_redirect: bool) -> None:
    settings.SECURE_SSL_REDIRECT = ssl_redirect

    assert browser.get("/test/echo", headers={"host": "a b<c>"}).status_code == 400


def test_a_form_without_its_token_is_explained() -> None:
    answer = Client(enforce_csrf_checks=True).post("/test/echo")

    assert answer.status_code == 403
    assert "This form is too old" in answer.content.decode()
    assert answer["X-Request-ID"] in answer.content.decode()


def test_the_health_check_answers_whatever_host_and_scheme_is_asked(
    browser: Client, settings: Settings, db: None, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    settings.SECURE_SSL_REDIRECT = True
    with django_assert_num_queries(0):
        answer = browser.get("/healthz", headers={"host": "10.1.2.3:8000"})

    assert (answer.status_code, answer.content) == (200, b"ok")
    assert answer["Cache-Control"] == "no-store"


def test_each_request_has_an_id_of_its_own(browser: Client) -> None:
    first, second = (browser.get("/test/echo", headers={"x-request-id": "chosen"})["X-Request-ID"] for _ in range(2))

    assert first != second
    assert "chosen" not in {first, second}


def test_the_address_comes_from_trusted_proxies_alone(settings: Settings) -> None:
    settings.TRUSTED_PROXIES = ["10.0.0.0/8"]
    headers = {"x-forwarded-for": "1.2.3.4, 203.0.113.9", "x-forwarded-proto": "https"}

    behind = Client(REMOTE_ADDR="10.0.0.1").get("/test/echo", headers=headers).json()
    beside = Client(REMOTE_ADDR="198.51.100.7").get("/test/echo", headers=headers).json()

    assert behind == {"address": "203.0.113.9", "secure": True}
    assert beside == {"address": "198.51.100.7", "secure": False}


def test_a_header_with_underscores_is_not_taken_for_its_twin(settings: Settings) -> None:
    settings.TRUSTED_PROXIES = ["10.0.0.0/8"]
    headers = [(b"x_forwarded_for", b"1.2.3.4"), (b"x-forwarded-for", b"203.0.113.9"), (b"host", b"testserver")]
    scope = {"type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": headers, "client": ("10.0.0.1", 4711)}

    answer = ClientMiddleware(echo)(ASGIRequest(scope, io.BytesIO()))  # type: ignore[arg-type]

    assert json.loads(answer.content)["address"] == "203.0.113.9"


def test_a_header_sent_twice_is_read_in_its_order(settings: Settings) -> None:
    settings.TRUSTED_PROXIES = ["10.0.0.0/8"]
    headers = [(b"x-forwarded-for", b"1.2.3.4"), (b"x-forwarded-for", b"203.0.113.9")]
    scope = {"type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": headers, "client": ("10.0.0.1", 4711)}

    answer = ClientMiddleware(echo)(ASGIRequest(scope, io.BytesIO()))  # type: ignore[arg-type]

    assert json.loads(answer.content)["address"] == "203.0.113.9"
