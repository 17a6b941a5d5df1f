"""Log-in, refresh and log-out by REST."""

from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from apps.accounts.models import TokenFamily
from tests.cast import PASSWORD, make_user

pytestmark = pytest.mark.django_db


def post(client: Client, path: str, body: dict[str, Any], **headers: str) -> Any:
    return client.post(f"/api/v1/{path}", body, content_type="application/json", headers=headers)


def log_in(client: Client, email: str = "ann@example.com", **more: Any) -> dict[str, Any]:
    answer = post(client, "auth/login", {"email": email, "password": PASSWORD, **more})
    assert answer.status_code == 200, answer.content
    found: dict[str, Any] = answer.json()
    return found


def me(client: Client, access: str) -> HttpResponse:
    return client.get("/api/v1/me", headers={"Authorization": f"Bearer {access}"})  # type: ignore[return-value]


def test_a_password_is_good_for_tokens_that_let_in(client: Client) -> None:
    make_user("ann", full_name="Ann")
    tokens = log_in(client)
    answer = me(client, tokens["access"])

    assert answer.status_code == 200
    assert answer.json()["email"] == "ann@example.com"  # type: ignore[attr-defined]
    assert not answer.cookies
    assert tokens["consents_due"] == []


def test_without_a_token_the_answer_says_what_is_missing(client: Client) -> None:
    answer = client.get("/api/v1/me")

    assert answer.status_code == 401
    assert answer["Content-Type"] == "application/problem+json"
    assert answer["WWW-Authenticate"] == "Bearer"
    assert answer.json()["code"] == "not_authenticated"
    assert answer.json()["request_id"] == answer["X-Request-ID"]


def test_a_refresh_token_is_good_for_the_next_pair(client: Client) -> None:
    make_user("ann")
    first = log_in(client)
    second = post(client, "auth/refresh-token", {"refresh": first["refresh"]}).json()

    assert second["refresh"] != first["refresh"]
    assert me(client, second["access"]).status_code == 200


def test_a_log_out_ends_access_at_once(client: Client) -> None:
    make_user("ann")
    tokens = log_in(client)

    assert post(client, "auth/logout", {"refresh": tokens["refresh"]}).status_code == 204
    assert me(client, tokens["access"]).json()["code"] == "token_revoked"  # type: ignore[attr-defined]
    assert post(client, "auth/refresh-token", {"refresh": tokens["refresh"]}).status_code == 401
    assert TokenFamily.objects.get().revoked_at is not None
