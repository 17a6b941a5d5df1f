"""What caches may keep of the API's answers."""

import pytest
from django.test import Client

from tests.accounts.api_keys.cases import make_key
from tests.cast import Cast

pytestmark = pytest.mark.django_db


def test_no_shared_cache_keeps_what_a_key_was_told(cast: Cast) -> None:
    _key, text = make_key(cast.viewer, cast.workspace)
    answer = Client().get("/api/v1/me", headers={"X-Api-Key": text})

    assert answer.status_code == 200
    assert "private" in answer["Cache-Control"]
    assert {"x-api-key", "authorization", "cookie"} <= {name.strip().lower() for name in answer["Vary"].split(",")}


def test_what_a_view_says_of_caches_stands(cast: Cast) -> None:
    assert Client().get("/api/v1/me")["Cache-Control"] == "no-store"


def test_pages_are_left_alone(client: Client) -> None:
    assert "X-Api-Key" not in client.get("/").get("Vary", "")
