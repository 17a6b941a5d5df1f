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
