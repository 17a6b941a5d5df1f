"""Counts of tries behave alike in Redis and in the memory of a process."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from apps.accounts.lockout.counters import Counters, RedisCounters
from apps.accounts.lockout.local import LocalCounters
from apps.accounts.lockout.rules import Rule

RULE = Rule("test", free=3, first_wait=0.2, longest_wait=0.4, forget=600.0)
KEY, OTHER, KNOWN = "{a}:one", "{a}:two", "{a}:known"


@pytest.fixture(params=["redis", "local"])
def counters(request: pytest.FixtureRequest) -> Iterator[Counters]:
    if request.param == "local":
        yield LocalCounters()
        return
    redis_counters = RedisCounters()
    yield redis_counters
    redis_counters.close()


def use_up(counters: Counters, key: str = KEY, rule: Rule = RULE) -> None:
    for _ in range(rule.free):
        assert counters.take([(key, rule)]) == 0


def test_the_last_free_try_begins_a_wait(counters: Counters) -> None:
    use_up(counters)

    assert 0 < counters.take([(KEY, RULE)]) <= 0.2
    assert 0 < counters.wait([KEY]) <= 0.2
    assert counters.wait([OTHER]) == 0


def test_waits_grow_up_to_the_longest(counters: Counters) -> None:
    use_up(counters)
    waits = []
    for _ in range(3):
        time.sleep(counters.wait([KEY]) + 0.01)
        assert counters.take([(KEY, RULE)]) == 0
        waits.append(counters.wait([KEY]))

    assert all(0.3 < wait <= 0.4 for wait in waits)


def test_a_refused_try_counts_nowhere(counters: Counters) -> None:
    use_up(counters)
    for _ in range(5):
        assert counters.take([(OTHER, RULE), (KEY, RULE)]) > 0

    use_up(counters, OTHER)


def test_a_try_taken_back_ends_the_wait_that_it_began(counters: Counters) -> None:
    use_up(counters)
    counters.give_back(KEY)

    assert counters.take([(KEY, RULE)]) == 0
    assert counters.take([(KEY, RULE)]) > 0


def test_what_is_forgotten_is_counted_from_the_start(counters: Counters) -> None:
    use_up(counters)
    counters.forget([KEY])

    use_up(counters)


def test_counts_shrink_with_time(counters: Counters) -> None:
    quick = Rule("quick", free=3, first_wait=0.05, longest_wait=0.05, forget=0.1)
    use_up(counters, rule=quick)
    time.sleep(0.35)

    assert counters.take([(KEY, quick)]) == 0
    assert counters.take([(KEY, quick)]) == 0


def test_a_count_is_left_out_for_those_who_are_known(counters: Counters) -> None:
    use_up(counters)
    both = [(OTHER, RULE), (KEY, RULE)]
    assert counters.take(both, known_key=KNOWN, unless_known=[KEY]) > 0

    counters.remember(KNOWN)
    assert counters.take(both, known_key=KNOWN, unless_known=[KEY]) == 0


def test_of_many_tries_at_once_no_more_pass_than_are_free(counters: Counters) -> None:
    slow = Rule("slow", free=7, first_wait=60.0, longest_wait=60.0, forget=600.0)
    with ThreadPoolExecutor(16) as pool:
        waits = list(pool.map(lambda _: counters.take([(KEY, slow)]), range(100)))

    assert waits.count(0) == 7
