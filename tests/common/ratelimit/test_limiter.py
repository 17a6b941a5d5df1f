"""Token buckets as views use them: in Redis, and in the process while Redis is away."""

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import redis

from apps.common.breaker import BreakerState
from apps.common.ratelimit import buckets, limiter
from apps.common.ratelimit.limiter import Limiter
from apps.common.ratelimit.limits import EndpointClass, RateLimit
from apps.common.ratelimit.local import LocalBuckets
from tests.events.valkey import Server

SLOW = RateLimit("slow", 10, 86_400)
FAST = RateLimit("fast", 20, 1)
KEY = "limit:slow:ann"


def passed(limiter: Limiter, limit: RateLimit, subject: str, times: int) -> int:
    return sum(limiter.take(limit, subject).allowed for _ in range(times))


def test_a_full_bucket_lets_its_capacity_through() -> None:
    assert passed(Limiter(), SLOW, "ann", 15) == 10


def test_subjects_and_limits_have_buckets_of_their_own() -> None:
    limits = Limiter()
    passed(limits, SLOW, "ann", 15)

    assert limits.take(SLOW, "bob").allowed
    assert limits.take(RateLimit("other", 1, 86_400), "ann").allowed


def test_a_decision_counts_down() -> None:
    limits = Limiter()
    first = limits.take(SLOW, "ann", cost=4)
    second = limits.take(SLOW, "ann", cost=7)

    assert (first.allowed, first.remaining, first.retry_after) == (True, 6, 0.0)
    assert first.reset_after == pytest.approx(4 * 8640, abs=5)
    # Nothing was taken, and one more token would do.
    assert (second.allowed, second.remaining) == (False, 6)
    assert second.retry_after == pytest.approx(8640, abs=5)
    assert limits.take(SLOW, "ann", cost=6).allowed


def test_a_bucket_fills_again_and_not_beyond_its_capacity() -> None:
    limits = Limiter()
    assert passed(limits, FAST, "ann", 30) >= 20
    time.sleep(0.25)
    assert 4 <= passed(limits, FAST, "ann", 30) <= 7
    time.sleep(1.3)
    began = time.monotonic()
    again = passed(limits, FAST, "ann", 30)
    assert 20 <= again <= 20 + (time.monotonic() - began) * 20 + 1


def test_asking_without_pause_does_not_keep_a_bucket_empty() -> None:
    limits, limit = Limiter(), RateLimit("thin", 2, 1)
    end = time.monotonic() + 1.2
    allowed = 0
    while time.monotonic() < end:
        allowed += limits.take(limit, "ann").allowed

    assert 3 <= allowed <= 4


def test_requests_at_the_same_time_never_pass_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    # A busy machine is no reason to count in the process.
    monkeypatch.setattr(buckets, "CALL_SECONDS", 10.0)
    limits = [Limiter() for _ in range(8)]
    with ThreadPoolExecutor(32) as pool:
        answers = list(pool.map(lambda number: limits[number % 8].take(SLOW, "ann").allowed, range(400)))

    assert sum(answers) == 10


def test_a_bucket_that_is_full_again_is_gone(redis_client: "redis.Redis") -> None:
    Limiter().take(FAST, "ann")

    assert 1000 < redis_client.pttl("limit:fast:ann") <= 2000


@pytest.mark.parametrize("seconds", [-7200, 7200])
def test_a_clock_that_was_set_neither_fills_a_bucket_beyond_capacity_nor_stops_it(redis_client: "redis.Redis", seconds: int) -> None:
    limits, limit = Limiter(), RateLimit("stepped", 5, 1)
    passed(limits, limit, "ann", 5)
    stored = int(redis_client.hget("limit:stepped:ann", "t") or 0)
    redis_client.hset("limit:stepped:ann", "t", str(stored - seconds * 1_000_000))

    assert passed(limits, limit, "ann", 20) <= 6
    redis_client.hset("limit:stepped:ann", mapping={"n": "5000000", "t": str(stored - seconds * 1_000_000)})
    assert passed(limits, limit, "ann", 5) == 5
    time.sleep(0.5)
    assert limits.take(limit, "ann").allowed


def test_a_smaller_limit_holds_at_once() -> None:
    limits = Limiter()
    limits.take(RateLimit("changed", 100, 86_400), "ann")

    assert passed(limits, RateLimit("changed", 5, 86_400), "ann", 20) == 5


def test_a_process_keeps_the_limit_itself_while_redis_is_away(valkey: Server) -> None:
    limits = Limiter()
    assert passed(limits, SLOW, "ann", 5) == 5
    valkey.kill()
    began = time.monotonic()

    assert passed(limits, SLOW, "ann", 50) == 10
    assert time.monotonic() - began < 1
    assert limits.buckets.breaker.state is BreakerState.OPEN
    assert limits.buckets.failures == 3


def test_redis_counts_again_when_it_is_back(valkey: Server) -> None:
    limits = Limiter()
    valkey.kill()
    passed(limits, SLOW, "ann", 50)
    valkey.start()
    time.sleep(1.1)

    assert passed(limits, SLOW, "ann", 50) == 10
    assert limits.buckets.breaker.state is BreakerState.CLOSED


def test_a_script_that_redis_has_forgotten_is_told_again(redis_client: "redis.Redis") -> None:
    limits = Limiter()
    limits.take(SLOW, "ann")
    redis_client.script_flush()

    assert limits.take(SLOW, "ann").remaining == 8
    assert limits.buckets.failures == 0


def test_refusals_are_counted_by_limit() -> None:
    limits = Limiter()
    passed(limits, SLOW, "ann", 13)

    assert limits.refused == {"slow": 3}


def test_a_class_has_the_limit_of_its_setting(settings: Any) -> None:
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "password": "2/300"}
    limiter.get_limiter.cache_clear()
    decisions = [limiter.take(EndpointClass.PASSWORD, "link 7 of ann") for _ in range(3)]

    assert [decision and decision.allowed for decision in decisions] == [True, True, False]


def test_a_class_that_is_switched_off_has_none() -> None:
    assert limiter.take(EndpointClass.API, "ann") is None


def test_local_buckets_are_bounded() -> None:
    now = 0.0
    buckets = LocalBuckets(clock=lambda: now, size=3)
    for subject in "abcd":
        assert buckets.take(SLOW, subject, least=1, most=10).tokens == 10

    assert buckets.take(SLOW, "d", least=1, most=1).decision.retry_after == pytest.approx(8640)
    # The one made first has made room, and starts anew.
    assert buckets.take(SLOW, "a", least=1, most=1).decision.allowed
