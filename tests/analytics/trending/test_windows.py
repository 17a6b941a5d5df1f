"""How clicks are counted by slices of time, and that nothing is counted twice."""

from typing import Any

import pytest
from django.conf import settings as django_settings
from redis import Redis

from apps.analytics.trending.windows import Hit, Windows
from apps.events.bus import Partition, PartitionLost

NOW = 1_800_000_000.0
PARTITION = Partition("clicks", 3, "log")


@pytest.fixture
def windows() -> Windows:
    return Windows(Redis.from_url(django_settings.REDIS_URL), seconds=300)


def hits(*sequences: int, link_id: int = 7, at: float = NOW, producer_id: str = "aa") -> list[Hit]:
    return [Hit(number, producer_id, number, link_id, at) for number in sequences]


def test_clicks_of_the_window_are_summed(windows: Windows) -> None:
    windows.add(PARTITION, [*hits(1, 2), *hits(3, at=NOW - 250), *hits(4, at=NOW - 400), *hits(5, link_id=8)], through=5, now=NOW)

    assert windows.clicks([7, 8, 9], now=NOW) == {7: 3, 8: 1, 9: 0}


def test_clicks_leave_the_window_as_time_goes_on(windows: Windows) -> None:
    windows.add(PARTITION, hits(1, 2, 3), through=3, now=NOW)

    assert windows.clicks([7], now=NOW + 260) == {7: 3}
    assert windows.clicks([7], now=NOW + 301) == {7: 0}


def test_what_is_usual_is_the_mean_of_the_hour_before_the_window(windows: Windows) -> None:
    windows.add(PARTITION, [*hits(*range(1, 25), at=NOW - 1000), *hits(25, 26)], through=26, now=NOW)

    assert windows.usual([7], now=NOW) == {7: 2.0}


def test_a_batch_that_comes_again_counts_nothing(windows: Windows) -> None:
    assert windows.add(PARTITION, hits(1, 2, 3), through=3, now=NOW) == 3
    assert windows.add(PARTITION, hits(1, 2, 3), through=3, now=NOW) == 0
    assert windows.add(PARTITION, hits(1, 2, 3, 4), through=4, now=NOW) == 1
    assert windows.clicks([7], now=NOW) == {7: 4}


def test_what_a_producer_sends_again_at_other_offsets_counts_nothing(windows: Windows) -> None:
    windows.add(PARTITION, hits(1, 2, 3), through=3, now=NOW)
    again = [hit._replace(offset=hit.offset + 10) for hit in hits(2, 3, 4, at=NOW + 86_400)]

    assert windows.add(PARTITION, again, through=14, now=NOW + 86_400) == 1


def test_producers_and_partitions_are_numbered_apart(windows: Windows) -> None:
    windows.add(PARTITION, hits(5), through=5, now=NOW)

    assert windows.add(PARTITION, [Hit(6, "bb", 1, 7, NOW)], through=6, now=NOW) == 1
    assert windows.add(Partition("clicks", 4, "log"), hits(1), through=1, now=NOW) == 1
    assert windows.add(Partition("clicks", 3, "a new log"), hits(1), through=1, now=NOW) == 1


def test_a_consumer_that_was_overtaken_counts_nothing(windows: Windows, monkeypatch: Any) -> None:
    slow = Windows(Redis.from_url(django_settings.REDIS_URL), seconds=300)
    look = slow._sequences

    def overtaken(*arguments: Any) -> Any:
        windows.add(PARTITION, hits(1, 2), through=2, now=NOW)
        return look(*arguments)

    monkeypatch.setattr(slow, "_sequences", overtaken)
    with pytest.raises(PartitionLost):
        slow.add(PARTITION, hits(1, 2, 3), through=3, now=NOW)
    assert windows.clicks([7], now=NOW) == {7: 2}


def test_old_clicks_are_passed_over_and_those_of_fast_clocks_count_now(windows: Windows) -> None:
    assert windows.add(PARTITION, [*hits(1, at=NOW - 90_000), *hits(2, at=NOW + 500)], through=2, now=NOW) == 1
    assert windows.clicks([7], now=NOW) == {7: 1}


def test_everything_in_redis_goes_by_itself(windows: Windows) -> None:
    windows.add(PARTITION, hits(1), through=1, now=NOW)
    redis = Redis.from_url(django_settings.REDIS_URL)

    kept = redis.keys("{trending}*")
    assert len(kept) == 3
    assert all(redis.pttl(key) > 0 for key in kept)
