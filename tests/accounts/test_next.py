"""Where log-in and log-out lead: to pages of this site and nowhere else."""

from urllib.parse import urljoin, urlsplit

import pytest
from django.http import HttpResponseBase
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from tests.cast import PASSWORD, LogIn, make_user
from tests.shared_data import shared_json

pytestmark = pytest.mark.django_db

HOME, DASHBOARD = "/", "/dashboard/"
HERE = "http://testserver/accounts/login/"

FOLLOWED = ["/links/", "/links/?tag=a%20b&sort=-clicks", "/links/sho.rt/abc/#chart", "/links/?q=https://example.com/"]
REFUSED = [
    "https://evil.example.com/",
    "https://testserver.evil.example.com/",
    "http://localhost/",
    "//evil.example.com/",
    "///evil.example.com/",
    "/\\evil.example.com/",
    "/\t/evil.example.com/",
    "\\\\evil.example.com",
    "javascript:alert(1)",
    "evil.example.com",
    "http:evil.example.com",
    "/links/\r\nSet-Cookie: a=b",
    "/links/\u2028",
    "",
]


@pytest.fixture(autouse=True)
def fixed_pages(settings: Settings) -> None:
    settings.LOGIN_REDIRECT_URL = DASHBOARD
    settings.ACCOUNT_RATE_LIMITS = False


def leads_away(answer: HttpResponseBase) -> bool:
    """Whether a browser that reads the answer would leave the site, by the rules that browsers have for addresses."""
    location = answer.get("Location", "")
    # Browsers drop these and take a backslash for a slash.
    seen = "".join(char for char in location if char not in "\t\r\n").strip().replace("\\", "/")
    return urlsplit(urljoin(HERE, seen))[:2] != ("http", "testserver") and bool(location)


def log_in(next_url: str) -> HttpResponseBase:
    return Client().post(reverse("account_login"), {"login": "ann@example.com", "password": PASSWORD, "next": next_url})


@pytest.mark.parametrize("next_url", FOLLOWED)
def test_log_in_leads_to_the_page_that_was_asked_for(next_url: str) -> None:
    make_user("ann")

    assert log_in(next_url)["Location"] == next_url


@pytest.mark.parametrize("next_url", REFUSED)
def test_log_in_and_log_out_lead_nowhere_else(logged_in: LogIn, next_url: str) -> None:
    user = make_user("ann")

    assert log_in(next_url)["Location"] == DASHBOARD
    assert logged_in(user).post(reverse("account_logout"), {"next": next_url})["Location"] == HOME
    assert logged_in(user).get(reverse("account_login"), {"next": next_url})["Location"] == DASHBOARD


def test_the_page_that_was_asked_for_survives_the_way_to_sign_up() -> None:
    page = Client().get(reverse("account_login"), {"next": "/links/new/"})

    assert f"{reverse('account_signup')}?next=%2Flinks%2Fnew%2F" in page.content.decode()


@pytest.mark.parametrize("name", ["open-redirect.json", "crlf.json"])
def test_no_known_payload_leads_away_or_breaks_a_page(logged_in: LogIn, name: str) -> None:
    client, anonymous = logged_in(make_user("ann")), Client()
    for payload in shared_json(f"redirect-payloads/{name}"):
        answers = {
            "log-in": client.get(reverse("account_login"), {"next": payload}),
            "path": anonymous.get("/" + payload.lstrip("/")),
            "log-out": anonymous.post(reverse("account_logout"), {"next": payload}),
        }
        for where, answer in answers.items():
            assert answer.status_code < 500, (where, payload)
            assert not leads_away(answer), (where, payload, answer.get("Location"))
            assert "crlf" not in answer.cookies
