"""The cache goes on when Redis does not answer."""

from typing import Any

import pytest
from django.conf import settings
from django.core.cache import caches
from pytest_django import Settings

from apps.common.cache import DegradingCache

NOBODY = "redis://127.0.0.1:1"


def made(location: str = "", **options: Any) -> DegradingCache:
    return DegradingCache(location or settings.REDIS_URL, {"KEY_PREFIX": "test", "OPTIONS": options})


def test_with_redis_all_processes_see_what_one_has_stored() -> None:
    made().set("name", {"value": 1})

    assert made(FALLBACK="none").get("name") == {"value": 1}
    assert "name" in made()


def test_without_redis_a_process_remembers_by_itself() -> None:
    cache = made(f"{NOBODY}/1")
    cache.set("name", 1)

    assert cache.add("name", 5) is False
    assert cache.incr("name") == 2
    assert made(f"{NOBODY}/1").get("name") == 2
    assert cache.get_many(["name", "other"]) == {"name": 2}
    cache.delete("name")
    assert "name" not in cache


def test_without_redis_nothing_is_remembered_where_the_database_has_it() -> None:
    cache = made(f"{NOBODY}/2", FALLBACK="none")
    cache.set("name", 1)

    assert cache.get("name") is None


@pytest.mark.parametrize(("asked", "kept"), [(1_209_600, 60), (30, 30), (None, 60)])
def test_nothing_is_kept_longer_than_the_cap(asked: int | None, kept: int) -> None:
    cache = made(MAX_TIMEOUT=60)
    cache.set("name", 1, asked)

    assert kept - 1 <= cache.ttl("name") <= kept


def test_copies_of_sessions_are_short_lived(settings: Settings) -> None:
    assert settings.SESSION_CACHE_ALIAS == "sessions"
    caches["sessions"].set("name", 1, 1_209_600)

    assert caches["sessions"].ttl("name") <= 60  # type: ignore[attr-defined]
