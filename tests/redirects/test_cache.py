from collections.abc import Callable

import pytest

from apps.redirects.cache import COLD_AGE_NS, MAX_AGE_DEAF_NS, MAX_AGE_NS, LinkCache
from apps.redirects.snapshot import Snapshot

KEY = b"sho.test/abc1234"
PLACE = (1, "abc1234")
MakeSnapshot = Callable[..., Snapshot]


@pytest.fixture
def cache() -> LinkCache:
    cache = LinkCache(size=3)
    cache.hears_changes = True
    return cache


def test_an_entry_lives_a_minute(cache: LinkCache, make_snapshot: MakeSnapshot) -> None:
    cache.put([KEY], PLACE, make_snapshot(), 0)
    assert cache.get(KEY, MAX_AGE_NS - 1) is not None
    assert cache.get(KEY, MAX_AGE_NS) is None


def test_an_entry_lives_five_seconds_while_changes_are_not_heard(cache: LinkCache, make_snapshot: MakeSnapshot) -> None:
    cache.hears_changes = False
    cache.put([KEY], PLACE, make_snapshot(), 0)
    assert cache.get(KEY, MAX_AGE_DEAF_NS) is None


def test_an_entry_ends_with_its_link_to_the_nanosecond(cache: LinkCache, make_snapshot: MakeSnapshot) -> None:
    cache.put([KEY], PLACE, make_snapshot(expires_at_ns=1000), 0)
    assert cache.get(KEY, 999) is not None
    assert cache.get(KEY, 1000) is None


def test_the_entry_loaded_longest_ago_makes_room(cache: LinkCache, make_snapshot: MakeSnapshot) -> None:
    for number in range(3):
        cache.put([b"sho.test/%d" % number], (1, str(number)), make_snapshot(code=str(number)), 0)
    cache.put([b"sho.test/0"], (1, "0"), make_snapshot(code="0", version=2), 0)
    cache.put([b"sho.test/3"], (1, "3"), make_snapshot(code="3"), 0)
    assert set(cache.entries) == {b"sho.test/2", b"sho.test/0", b"sho.test/3"}
    assert cache.counters.evictions == 1


def test_a_change_drops_what_is_older_and_keeps_what_is_not(cache: LinkCache, make_snapshot: MakeSnapshot) -> None:
    cache.put([KEY], PLACE, make_snapshot(version=4), 0)
    cache.invalidate([KEY], PLACE, 4, 0)
    assert cache.get(KEY, 1) is not None
    cache.invalidate([KEY], PLACE, 5, 0)
    assert cache.get(KEY, 1) is None


def test_a_version_older_than_one_heard_of_is_refused_for_a_minute(cache: LinkCache, make_snapshot: MakeSnapshot) -> None:
    cache.invalidate([KEY], PLACE, 5, 0)
    assert not cache.put([KEY], PLACE, make_snapshot(version=4), 1)
    assert not cache.put([KEY], PLACE, None, 1)
    assert cache.put([KEY], PLACE, make_snapshot(version=5), 1)
    cache.forget_heard(MAX_AGE_NS)
    assert cache.put([KEY], PLACE, make_snapshot(version=4), MAX_AGE_NS)


def test_unknown_codes_are_remembered_for_five_seconds(cache: LinkCache) -> None:
    cache.put([KEY], PLACE, None, 0)
    assert cache.get_cold(PLACE, COLD_AGE_NS - 1) is not None
    assert cache.get_cold(PLACE, COLD_AGE_NS) is None


def test_a_link_with_an_unsafe_destination_never_becomes_hot(cache: LinkCache, make_snapshot: MakeSnapshot) -> None:
    for url in ("javascript:alert(1)", "https://example.com/\r\nSet-Cookie: x", "https://exämple.com/", "https://"):
        cache.put([KEY], PLACE, make_snapshot(destination_url=url), 0)
        assert not cache.entries, url
