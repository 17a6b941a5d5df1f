"""Tokens in cookies: for pages of this site, and with the CSRF token."""

import pytest
from django.test import Client

from tests.accounts.api.test_log_in import log_in, me, post
from tests.cast import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser(db: None) -> Client:
    make_user("ann")
    return Client(enforce_csrf_checks=True)


def test_the_cookies_are_for_this_host_alone_and_for_no_script(browser: Client) -> None:
    found = log_in(browser, cookies=True)

    assert "access" not in found
    assert "refresh" not in found
    for name in ("__Host-access", "__Host-refresh"):
        cookie = browser.cookies[name]
        assert (cookie["secure"], cookie["httponly"], cookie["samesite"], cookie["path"], cookie["domain"]) == (
            True,
            True,
            "Strict",
            "/",
            "",
        )


def test_a_cookie_reads_alone_and_writes_with_the_csrf_token(browser: Client) -> None:
    token = log_in(browser, cookies=True)["csrf_token"]

    assert browser.get("/api/v1/me").json()["email"] == "ann@example.com"
    answer = post(browser, "auth/logout-all", {})
    assert (answer.status_code, answer.json()["code"]) == (403, "csrf_failed")
    assert post(browser, "auth/logout-all", {}, **{"X-CSRFToken": token}).status_code == 204
    assert browser.get("/api/v1/me").status_code == 401


def test_a_cookie_is_refreshed_with_the_csrf_token(browser: Client) -> None:
    token = log_in(browser, cookies=True)["csrf_token"]
    before = browser.cookies["__Host-refresh"].value
    assert post(browser, "auth/refresh-token", {}).status_code == 403

    answer = post(browser, "auth/refresh-token", {}, **{"X-CSRFToken": token})
    assert answer.status_code == 200
    assert "refresh" not in answer.json()
    assert browser.cookies["__Host-refresh"].value != before


def test_a_log_out_takes_the_cookies_away(browser: Client) -> None:
    token = log_in(browser, cookies=True)["csrf_token"]
    kept = browser.cookies["__Host-access"].value

    assert post(browser, "auth/logout", {}, **{"X-CSRFToken": token}).status_code == 204
    assert browser.cookies["__Host-access"].value == ""
    assert me(Client(), kept).status_code == 401


def test_a_header_makes_the_cookie_count_for_nothing(browser: Client) -> None:
    log_in(browser, cookies=True)

    assert browser.get("/api/v1/me", headers={"Authorization": "Bearer nonsense"}).status_code == 401
    assert browser.get("/api/v1/me", headers={"Authorization": "Basic YTpi"}).status_code == 401
