"""How long Redis keeps what redirectors load from it."""

import asyncio
from collections.abc import Callable, Iterator

import pytest
import redis

from apps.redirects import keys
from apps.redirects import store as store_module
from apps.redirects.snapshot import Snapshot, encode, encode_tombstone
from apps.redirects.store import SnapshotStore

KEY = keys.link_key(1, "abc1234")
MINUTE_MS = 60_000


@pytest.fixture
def client(redis_url: str) -> Iterator[redis.Redis]:
    with redis.Redis.from_url(redis_url) as running:
        running.flushdb()
        yield running


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine is no reason to give up."""
    monkeypatch.setattr(store_module, "CALL_SECONDS", 5.0)


def load() -> object:
    async def once() -> object:
        store = SnapshotStore()
        try:
            return await store.get(1, "abc1234")
        finally:
            await store.close()

    return asyncio.run(once())


def fill(snapshot: Snapshot | None) -> None:
    async def once() -> None:
        store = SnapshotStore()
        try:
            store.fill(1, "abc1234", snapshot)
        finally:
            await store.close()

    asyncio.run(once())


def test_a_link_new_in_redis_stays_about_five_minutes(client: redis.Redis, make_snapshot: Callable[..., Snapshot]) -> None:
    lives = set()
    for _ in range(20):
        # What is there already would keep its life when that is longer.
        client.delete(KEY)
        fill(make_snapshot())
        lives.add(client.pttl(KEY))
    assert 4.4 * MINUTE_MS < min(lives) <= max(lives) <= 5.5 * MINUTE_MS
    assert max(lives) - min(lives) > 1000


def test_a_link_asked_for_every_minute_comes_to_stay_for_a_day(client: redis.Redis, make_snapshot: Callable[..., Snapshot]) -> None:
    fill(make_snapshot())
    lives = []
    for _ in range(12):
        client.pexpire(KEY, client.pttl(KEY) - MINUTE_MS)
        assert load() == make_snapshot()
        lives.append(client.pttl(KEY))
    assert lives[0] < 11 * MINUTE_MS
    assert max(lives) > 11 * 60 * MINUTE_MS
    assert max(lives) <= keys.LINK_LONGEST_MS * 1.1


def test_a_link_asked_for_seldom_does_not_stay_longer(client: redis.Redis, make_snapshot: Callable[..., Snapshot]) -> None:
    fill(make_snapshot())
    client.pexpire(KEY, MINUTE_MS)
    load()
    assert client.pttl(KEY) <= 5.5 * MINUTE_MS


def test_the_life_of_a_link_never_gets_shorter_by_asking(client: redis.Redis) -> None:
    client.set(KEY, '{"kind":"link"}', px=keys.LINK_LONGEST_MS)
    load()
    assert client.pttl(KEY) > keys.LINK_LONGEST_MS - MINUTE_MS


@pytest.mark.parametrize("value", [encode(None), encode_tombstone(3)])
def test_what_is_no_link_ends_when_it_was_to_end(client: redis.Redis, value: bytes) -> None:
    client.set(KEY, value, px=20_000)
    load()
    assert client.pttl(KEY) <= 20_000


def test_a_destination_cannot_pass_for_a_kind(make_snapshot: Callable[..., Snapshot]) -> None:
    hostile = make_snapshot(destination_url='https://example.com/"kind":"link"')
    assert encode(hostile).count(b'"kind":"link"') == 1


def test_a_restarted_redis_learns_the_script_anew(client: redis.Redis, make_snapshot: Callable[..., Snapshot]) -> None:
    fill(make_snapshot())
    client.script_flush()
    assert load() == make_snapshot()
