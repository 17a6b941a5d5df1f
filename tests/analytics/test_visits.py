"""Which clicks are one visit, and which is a visitor's first of the day."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from apps.analytics import store
from apps.analytics.rows import ClickRow
from apps.analytics.stored_visits import find_visits
from apps.analytics.visits import Key, Question, Visit, Visits
from apps.events.bus import Partition
from apps.events.ledger import Claim
from tests.analytics.rows import NOON, click_row

pytestmark = pytest.mark.django_db(databases=["clickhouse"])

# On empty tables.
stored_clicks = pytest.mark.usefixtures("clickhouse")
PARTITION = Partition("url_redirected_events", 0, "log")


def claim(number: int = 1, *, is_replay: bool = False) -> Claim:
    """The claim of the offsets `number` hundred to the next hundred."""
    return Claim(PARTITION, number * 100, number * 100 + 99, number * 100 - 1, {}, is_replay)


def clicks(*minutes: float, **values: Any) -> list[ClickRow]:
    """Clicks of visitor 1, so many minutes after noon."""
    rows = (click_row(timestamp=NOON + timedelta(minutes=minute), **{"visitor_id": 1, **values}) for minute in minutes)
    return [row._replace(session_id=0, is_unique_visitor=False) for row in rows]


def nothing_stored(_question: Question) -> dict[Key, Visit]:
    return {}


def mark(rows: list[ClickRow]) -> list[ClickRow]:
    return Visits(nothing_stored).mark(rows, claim())[0]


def sessions(rows: list[ClickRow]) -> list[int]:
    """The visit of each click, numbered from 1 in order of appearance; 0 for none."""
    numbers: dict[int, int] = {0: 0}
    return [numbers.setdefault(row.session_id, len(numbers)) for row in rows]


def firsts(rows: list[ClickRow]) -> list[bool]:
    return [row.is_unique_visitor for row in rows]


@pytest.mark.parametrize(
    ("minutes", "expected"),
    [
        ([0, 1, 2], [1, 1, 1]),
        ([0, 29.9, 59.8], [1, 1, 1]),
        ([0, 30, 60], [1, 1, 1]),
        ([0, 30.1], [1, 2]),
        ([0, 29, 60, 61], [1, 1, 2, 2]),
        ([5, 0, 34], [1, 1, 1]),
    ],
)
def test_a_pause_of_more_than_half_an_hour_ends_a_visit(minutes: list[float], expected: list[int]) -> None:
    assert sessions(mark(clicks(*minutes))) == expected


def test_only_the_first_click_of_a_visitor_on_a_link_is_a_unique_one() -> None:
    rows = clicks(0, 1, 90) + clicks(2, link_id=8) + clicks(3, visitor_id=2)

    assert firsts(mark(rows)) == [True, False, False, True, True]


def test_a_bot_is_no_visitor_and_takes_nobodys_first_click() -> None:
    rows = clicks(0, is_bot=True) + clicks(1)

    marked = mark(rows)

    assert (sessions(marked), firsts(marked)) == ([0, 1], [False, True])


def test_nothing_else_of_a_click_is_changed() -> None:
    rows = clicks(0)

    assert mark(rows)[0]._replace(session_id=0, is_unique_visitor=False) == rows[0]


def test_a_visit_goes_on_in_the_next_claim() -> None:
    visits = Visits(nothing_stored)
    first, seen = visits.mark(clicks(0), claim(1))
    visits.remember(claim(1), seen)

    second, _ = visits.mark(clicks(10), claim(2))

    assert sessions([*first, *second]) == [1, 1]
    assert firsts([*first, *second]) == [True, False]


def test_a_claim_that_failed_leaves_nothing_behind() -> None:
    visits = Visits(nothing_stored)
    failed, _ = visits.mark(clicks(0), claim(1))
    repeated, _ = visits.mark(clicks(0), claim(1, is_replay=True))

    assert firsts(failed) == firsts(repeated) == [True]


def test_what_another_consumer_did_meanwhile_is_asked_for() -> None:
    asked: list[Question] = []

    def find(question: Question) -> dict[Key, Visit]:
        asked.append(question)
        return {}

    visits = Visits(find)
    _, seen = visits.mark(clicks(0), claim(1))
    visits.remember(claim(1), seen)
    visits.mark(clicks(1), claim(2))
    assert len(asked) == 1

    visits.mark(clicks(2), claim(3))

    assert len(asked) == 2


@stored_clicks
def test_a_visit_goes_on_in_another_process() -> None:
    first, _ = Visits(find_visits).mark(clicks(0, 20), claim(1))
    store.insert_clicks(first, token="1")

    second, _ = Visits(find_visits).mark(clicks(45, 90) + clicks(50, visitor_id=2), claim(2))

    assert sessions([*first, *second]) == [1, 1, 1, 2, 3]
    assert firsts([*first, *second]) == [True, False, False, False, True]


@pytest.mark.parametrize("stored", [0, 1, 3])
@stored_clicks
def test_a_claim_done_again_finds_the_same_visits_whatever_is_stored_of_it(stored: int) -> None:
    rows = clicks(0, 10, 60)
    before, _ = Visits(find_visits).mark(rows, claim(1))
    if stored:
        store.insert_clicks(before[:stored], token="1")

    again, _ = Visits(find_visits).mark(rows, claim(1, is_replay=True))

    assert again == before


@stored_clicks
def test_clicks_of_bots_and_of_other_days_are_not_looked_at() -> None:
    store.insert_clicks(clicks(0, is_bot=True) + clicks(-24 * 60), token="1")

    marked, _ = Visits(find_visits).mark(clicks(1), claim(2))

    assert firsts(marked) == [True]


@stored_clicks
def test_a_whole_batch_of_visitors_is_one_question() -> None:
    rows = [click_row(link_id=number % 200, timestamp=NOON) for number in range(10_000)]
    store.insert_clicks(rows, token="1")

    marked, _ = Visits(find_visits).mark([row._replace(timestamp=NOON + timedelta(minutes=1)) for row in rows], claim(2))

    assert not any(firsts(marked))
    assert [row.session_id for row in marked] == [row.session_id for row in rows]


@stored_clicks
def test_a_whole_batch_is_done_again_with_one_question() -> None:
    rows = [click_row(link_id=number % 200, timestamp=NOON) for number in range(10_000)]
    store.insert_clicks(rows, token="1")

    assert all(firsts(Visits(find_visits).mark(rows, claim(1, is_replay=True))[0]))


@stored_clicks
def test_a_long_ago_click_is_looked_for_on_its_day() -> None:
    long_ago = datetime(2019, 2, 28, 23, 59, tzinfo=UTC)
    store.insert_clicks([click_row(visitor_id=1, timestamp=long_ago)], token="1")

    marked, _ = Visits(find_visits).mark([click_row(visitor_id=1, timestamp=long_ago + timedelta(seconds=30))], claim(2))

    assert firsts(marked) == [False]


@stored_clicks
@pytest.mark.parametrize("is_replay", [False, True])
def test_one_visitor_may_click_ten_thousand_times(*, is_replay: bool) -> None:
    rows = clicks(*(number / 1000 for number in range(10_000)))
    if is_replay:
        store.insert_clicks(Visits(find_visits).mark(rows, claim(1))[0], token="1")

    marked, _ = Visits(find_visits).mark(rows, claim(1, is_replay=is_replay))

    assert sum(firsts(marked)) == sessions(marked)[-1] == 1
