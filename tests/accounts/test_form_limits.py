"""Forms that are sent too often."""

import time
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.cache import caches
from django.test import Client
from django.urls import reverse

from apps.accounts.models import RateLimitPolicy, User
from apps.links.models import Link
from tests.cast import LogIn

pytestmark = pytest.mark.django_db

RESET = reverse("account_reset_password")
LOG_IN = reverse("account_login")


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stands still: counts begin anew each minute or hour, perhaps amid a test."""
    now = time.time()
    monkeypatch.setattr("django_ratelimit.core.time", SimpleNamespace(time=lambda: now))


@pytest.fixture(autouse=True)
def limits(settings: Any) -> None:
    """Those of an installation that has set none."""
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "log_in": "30/60", "log_in_account": "20/60", "sign_up": "60/3600"}


@pytest.fixture
def redis_away(settings: Any) -> Iterator[None]:
    """Nothing listens where the cache is said to be."""
    there = settings.CACHES["default"]
    settings.CACHES = {**settings.CACHES, "default": {**there, "LOCATION": "redis://127.0.0.1:1"}}
    yield
    del caches["default"]


def statuses(client: Client, path: str, data: dict[str, str], times: int) -> list[int]:
    return [client.post(path, data).status_code for _ in range(times)]


def test_one_account_at_one_address_is_counted(client: Client) -> None:
    data = {"login": "ann@example.com", "password": "wrong"}
    answers = [client.post(LOG_IN, data) for _ in range(21)]

    assert 429 not in [answer.status_code for answer in answers[:20]]
    assert answers[20].status_code == 429
    assert 1 <= int(answers[20]["Retry-After"]) <= 60
    assert "too often" in answers[20].content.decode()


def test_another_address_is_let_in_still(client: Client) -> None:
    statuses(client, LOG_IN, {"login": "ann@example.com", "password": "wrong"}, 21)
    elsewhere = Client(REMOTE_ADDR="192.0.2.7")

    assert elsewhere.post(LOG_IN, {"login": "ann@example.com", "password": "wrong"}).status_code != 429


def test_one_address_is_counted_whatever_the_account(client: Client) -> None:
    answers = [client.post(LOG_IN, {"login": f"{n}@example.com", "password": "x"}).status_code for n in range(31)]

    assert 429 not in answers[:30]
    assert answers[30] == 429


def test_the_back_office_sets_how_often_an_address_may_try(client: Client) -> None:
    RateLimitPolicy.objects.create(endpoint_class="log_in", capacity=3, per_seconds=600)
    answers = [client.post(LOG_IN, {"login": f"{n}@example.com", "password": "x"}) for n in range(4)]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert 1 <= int(answers[3]["Retry-After"]) <= 600


def test_without_a_limit_there_is_no_end_to_it(client: Client) -> None:
    for kind in ("log_in", "log_in_account"):
        RateLimitPolicy.objects.create(endpoint_class=kind, capacity=0)

    assert 429 not in statuses(client, LOG_IN, {"login": "nobody", "password": ""}, 35)


def test_the_back_office_has_no_log_in_beside_the_one_that_is_counted(client: Client) -> None:
    answer = client.post(reverse("admin:login"), {"username": "ann@example.com", "password": "wrong"})

    assert answer.status_code == 302
    assert answer["Location"].startswith(LOG_IN)


def test_what_the_library_itself_refuses_says_when_to_come_back(logged_in: LogIn, stranger: User) -> None:
    client = logged_in(stranger)
    data = {"oldpassword": "wrong", "password1": "x", "password2": "x"}
    answers = [client.post(reverse("account_change_password"), data) for _ in range(6)]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 200, 200, 429]
    assert answers[5]["Retry-After"] == "60"
    assert "too often" in answers[5].content.decode()


def test_reading_a_form_costs_nothing(client: Client) -> None:
    assert {client.get(LOG_IN).status_code for _ in range(70)} == {200}


def test_without_redis_the_limit_holds_and_nothing_breaks(client: Client, redis_away: None) -> None:
    answers = statuses(client, RESET, {"email": "ann@example.com"}, 11)

    assert 500 not in answers
    assert 429 not in answers[:5]
    assert answers[10] == 429


def test_who_makes_too_many_links_waits(logged_in: LogIn, stranger: User) -> None:
    RateLimitPolicy.objects.create(endpoint_class="web_write", capacity=2, per_seconds=600, user=stranger)
    client = logged_in(stranger)
    answers = [client.post(reverse("links:create"), {"destination_url": "https://example.com/"}) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [302, 302, 429]
    assert 1 <= int(answers[2]["Retry-After"]) <= 300
    assert Link.objects.count() == 2


def test_links_are_counted_beside_what_else_is_made(logged_in: LogIn, stranger: User) -> None:
    RateLimitPolicy.objects.create(endpoint_class="create", capacity=1, per_seconds=600, user=stranger)
    client = logged_in(stranger)
    answers = [client.post(reverse("links:create"), {"destination_url": "https://example.com/"}) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [302, 429]
    assert client.post(reverse("workspaces:create"), {"name": "Team"}).status_code == 302
