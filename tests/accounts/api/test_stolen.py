"""A token that was stolen, and parts that are away: what each client is told."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import redis
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone
from redis.connection import AbstractConnection

from apps.accounts.tokens import families
from tests.accounts.api.test_log_in import log_in, me, post
from tests.cast import PASSWORD, make_user

pytestmark = pytest.mark.django_db

OWNER, THIEF = {"User-Agent": "owner/1"}, {"User-Agent": "thief/1"}


def told(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json().get("code", "")


@pytest.mark.parametrize(("first", "second"), [(THIEF, OWNER), (OWNER, THIEF)], ids=["thief first", "owner first"])
def test_a_stolen_token_that_is_used_twice_ends_the_log_in_of_both(client: Client, first: dict[str, str], second: dict[str, str]) -> None:
    make_user("ann")
    stolen = post(client, "auth/login", {"email": "ann@example.com", "password": PASSWORD}, **OWNER).json()

    won = post(client, "auth/refresh-token", {"refresh": stolen["refresh"]}, **first)
    assert told(won) == (200, "")
    assert told(post(client, "auth/refresh-token", {"refresh": stolen["refresh"]}, **second)) == (401, "token_reused")

    assert told(post(client, "auth/refresh-token", {"refresh": won.json()["refresh"]}, **first)) == (401, "token_revoked")
    assert told(me(client, won.json()["access"])) == (401, "token_revoked")
    assert told(me(client, stolen["access"])) == (401, "token_revoked")


@pytest.mark.django_db(transaction=True)
def test_a_client_that_repeats_itself_at_once_gets_one_and_the_same_token() -> None:
    ann, program = make_user("ann"), families.Client("192.0.2.1", "x")
    first = families.issue(ann, program, now=timezone.now())

    def come(_number: int) -> str:
        try:
            return families.refresh(first.refresh, program, now=timezone.now()).refresh
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(come, range(4)))) == 1


def test_without_redis_tokens_are_as_good_and_a_thief_is_found(client: Client) -> None:
    make_user("ann")
    tokens = log_in(client)

    def away(*_arguments: Any, **_options: Any) -> Any:
        raise redis.ConnectionError("away")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(AbstractConnection, "connect", away)
        patch.setattr(AbstractConnection, "send_packed_command", away)

        assert me(client, tokens["access"]).status_code == 200
        assert told(post(client, "auth/refresh-token", {"refresh": tokens["refresh"]})) == (200, "")
        assert told(post(client, "auth/refresh-token", {"refresh": tokens["refresh"]}, **THIEF)) == (401, "token_reused")
        assert me(client, tokens["access"]).status_code == 401
        log_in(client)


def test_without_postgresql_nobody_is_let_in(client: Client) -> None:
    make_user("ann")
    tokens = log_in(client)

    def away(*_arguments: Any) -> Any:
        raise OperationalError("away")

    with connection.execute_wrapper(away):
        answers = [me(client, tokens["access"]), post(client, "auth/refresh-token", {"refresh": tokens["refresh"]})]

    for answer in answers:
        assert told(answer) == (503, "unavailable")
        assert answer["Content-Type"] == "application/problem+json"
        assert answer["Retry-After"] == "5"


def test_an_access_token_logs_itself_out(client: Client) -> None:
    make_user("ann")
    tokens = log_in(client)

    assert post(client, "auth/logout", {}, Authorization=f"Bearer {tokens['access']}").status_code == 204
    assert told(me(client, tokens["access"])) == (401, "token_revoked")
    assert told(post(client, "auth/refresh-token", {"refresh": tokens["refresh"]})) == (401, "token_revoked")
