"""What the API says of limits."""

from typing import Any

import pytest
from django.test import Client
from redis import Redis

from apps.accounts.models import RateLimitPolicy, User
from apps.common.ratelimit.limiter import get_limiter
from tests.accounts.api.test_log_in import log_in, me, post
from tests.cast import make_user

pytestmark = pytest.mark.django_db

WRONG = {"email": "ann@example.com", "password": "wrong"}


@pytest.fixture
def ann() -> User:
    return make_user("ann")


def limit(kind: str, capacity: int, **whose: Any) -> None:
    RateLimitPolicy.objects.create(endpoint_class=kind, capacity=capacity, per_seconds=600, **whose)


def test_every_answer_tells_what_is_left(client: Client, ann: User) -> None:
    access = log_in(client)["access"]
    limit("api", 2, user=ann)
    answers = [me(client, access) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert [answer["RateLimit-Remaining"] for answer in answers] == ["1", "0", "0"]
    assert {answer["RateLimit-Limit"] for answer in answers} == {"2"}
    assert {answer["RateLimit-Policy"] for answer in answers} == {"2;w=600"}
    assert "Retry-After" not in answers[1]
    assert 290 <= int(answers[2]["Retry-After"]) <= 300
    assert answers[2].json()["code"] == "too_many_requests"  # type: ignore[attr-defined]


def test_without_a_limit_nothing_is_told(client: Client, ann: User) -> None:
    assert "RateLimit-Limit" not in me(client, log_in(client)["access"])


def test_one_user_does_not_use_up_what_is_anothers(client: Client, ann: User) -> None:
    make_user("bob")
    tokens = [log_in(client, f"{name}@example.com")["access"] for name in ("ann", "bob")]
    limit("api", 1)

    assert [me(client, tokens[number]).status_code for number in (0, 0, 1)] == [200, 429, 200]


def test_tries_to_log_in_are_counted_by_address(client: Client, ann: User) -> None:
    limit("log_in", 2)
    answers = [post(client, "auth/login", WRONG | {"email": f"{n}@example.com"}) for n in range(3)]

    assert [answer.status_code for answer in answers] == [401, 401, 429]
    assert answers[2].headers["Content-Type"] == "application/problem+json"
    assert 290 <= int(answers[2]["Retry-After"]) <= 300
    elsewhere = Client(REMOTE_ADDR="192.0.2.7")
    assert post(elsewhere, "auth/login", WRONG).status_code == 401


def test_tries_to_log_in_are_counted_by_account_at_an_address(client: Client, ann: User) -> None:
    limit("log_in_account", 1)

    assert post(client, "auth/login", WRONG).status_code == 401
    assert post(client, "auth/login", WRONG | {"email": "ANN@example.com"}).status_code == 429
    assert post(client, "auth/login", WRONG | {"email": "bob@example.com"}).status_code == 401
    assert post(Client(REMOTE_ADDR="192.0.2.7"), "auth/login", WRONG).status_code == 401


@pytest.mark.parametrize("body", [{"email": ["x"], "password": 1}, [], {}])
def test_odd_bodies_are_counted_and_explained(client: Client, body: Any) -> None:
    limit("log_in", 1)

    assert [post(client, "auth/login", body).status_code for _ in range(2)] == [400, 429]


def test_sign_ups_are_counted_by_address(client: Client) -> None:
    limit("sign_up", 1)

    assert [post(client, "auth/register", {"email": "x"}).status_code for _ in range(2)] == [400, 429]


def test_while_redis_is_away_each_process_counts_for_itself(client: Client, ann: User, monkeypatch: pytest.MonkeyPatch) -> None:
    access = log_in(client)["access"]
    limit("api", 2, user=ann)
    nowhere = get_limiter().buckets.__class__
    monkeypatch.setattr("apps.common.ratelimit.buckets.new_brief_client", _client_of_nobody)
    monkeypatch.setattr(get_limiter(), "buckets", nowhere())

    assert [me(client, access).status_code for _ in range(3)] == [200, 200, 429]


def _client_of_nobody(*, seconds: float) -> Any:
    return Redis(port=1, socket_timeout=seconds, socket_connect_timeout=seconds)
