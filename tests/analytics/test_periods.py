"""Periods and buckets on the viewer's clock."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from apps.analytics.periods import Period

BERLIN = ZoneInfo("Europe/Berlin")
KOLKATA = ZoneInfo("Asia/Kolkata")
BEIRUT = ZoneInfo("Asia/Beirut")
# The clocks of Berlin went back by an hour at 03:00 on this Sunday, and forward on 2026-03-29.
AUTUMN = datetime(2026, 10, 25, 12, tzinfo=BERLIN)
SPRING = datetime(2026, 3, 29, 12, tzinfo=BERLIN)


def hours_between(buckets: list[datetime]) -> list[float]:
    stamps = [bucket.timestamp() for bucket in buckets]
    return [(later - earlier) / 3600 for earlier, later in pairwise(stamps)]


def test_the_last_days_are_whole_and_end_with_today() -> None:
    period = Period.last(days=7, now=datetime(2026, 5, 4, 22, 30, tzinfo=UTC), tz=BERLIN)

    assert period.start == datetime(2026, 4, 29, tzinfo=BERLIN)
    assert period.end == datetime(2026, 5, 6, tzinfo=BERLIN)
    assert [bucket.day for bucket in period.buckets()] == [29, 30, 1, 2, 3, 4, 5]


def test_the_last_hours_are_whole_and_end_with_this_one() -> None:
    period = Period.last(hours=24, now=datetime(2026, 5, 4, 12, 10, 5, tzinfo=UTC), tz=KOLKATA)

    assert period.end == datetime(2026, 5, 4, 18, tzinfo=KOLKATA)
    assert len(period.buckets()) == 24
    assert {bucket.minute for bucket in period.buckets()} == {0}


@pytest.mark.parametrize(("now", "hours"), [(AUTUMN, 25), (SPRING, 23)])
def test_a_day_has_as_many_hours_as_the_clocks_give_it(now: datetime, hours: int) -> None:
    days = Period.last(days=3, now=now + timedelta(days=1), tz=BERLIN)
    assert hours_between([*days.buckets(), days.end]) == [24, hours, 24]

    day = Period(now.replace(hour=0), (now + timedelta(days=1)).replace(hour=0), "hour", BERLIN)
    assert len(day.buckets()) == hours
    assert set(hours_between(day.buckets())) == {1}


def test_a_day_without_midnight_starts_when_the_clocks_do() -> None:
    period = Period.last(days=2, now=datetime(2026, 3, 29, 12, tzinfo=BEIRUT), tz=BEIRUT)

    assert [bucket.isoformat() for bucket in period.buckets()] == ["2026-03-28T00:00:00+02:00", "2026-03-29T01:00:00+03:00"]
    assert period.end == datetime(2026, 3, 30, tzinfo=BEIRUT)


def test_the_previous_days_are_as_many_though_a_day_was_longer() -> None:
    previous = Period.last(days=7, now=datetime(2026, 10, 28, 12, tzinfo=BERLIN), tz=BERLIN).previous()

    assert previous.start == datetime(2026, 10, 15, tzinfo=BERLIN)
    assert previous.end == datetime(2026, 10, 22, tzinfo=BERLIN)
    assert len(previous.buckets()) == 7


def test_the_previous_hours_are_as_many() -> None:
    period = Period.last(hours=48, now=AUTUMN, tz=BERLIN)

    assert period.previous().end == period.start
    assert len(period.previous().buckets()) == 48


def test_a_period_that_begins_within_a_day_has_a_shorter_first_bucket() -> None:
    period = Period(datetime(2026, 5, 1, 18, tzinfo=UTC), datetime(2026, 5, 3, 6, tzinfo=UTC), "day", ZoneInfo("UTC"))

    assert [bucket.isoformat() for bucket in period.buckets()] == [
        "2026-05-01T18:00:00+00:00",
        "2026-05-02T00:00:00+00:00",
        "2026-05-03T00:00:00+00:00",
    ]
    assert period.previous().start == datetime(2026, 4, 30, 6, tzinfo=UTC)


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (datetime(2026, 5, 1, tzinfo=UTC).replace(tzinfo=None), datetime(2026, 5, 2, tzinfo=UTC)),
        (datetime(2026, 5, 2, tzinfo=UTC), datetime(2026, 5, 2, tzinfo=UTC)),
    ],
)
def test_a_period_without_zone_or_length_is_refused(start: datetime, end: datetime) -> None:
    with pytest.raises(ValueError, match="a period"):
        Period(start, end, "day", BERLIN)


@pytest.mark.parametrize("length", [{}, {"days": 1, "hours": 1}, {"days": -1}])
def test_a_length_is_days_or_hours(length: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="days or hours"):
        Period.last(**length, now=AUTUMN, tz=BERLIN)


def test_weeks_begin_on_monday_and_months_on_the_first() -> None:
    days = Period.of_days(date(2026, 10, 20), date(2026, 12, 1), tz=BERLIN)
    weeks, months = days.cut_by("week"), days.cut_by("month")

    assert [f"{cut:%a %d.%m}" for cut in weeks.buckets()] == [
        *("Tue 20.10", "Mon 26.10", "Mon 02.11", "Mon 09.11", "Mon 16.11", "Mon 23.11", "Mon 30.11"),
    ]
    assert [f"{cut:%d.%m %H:%M %z}" for cut in months.buckets()] == ["20.10 00:00 +0200", "01.11 00:00 +0100", "01.12 00:00 +0100"]


def test_whole_months_are_compared_with_as_many_months_before() -> None:
    year = Period.last_months(12, now=datetime(2028, 2, 29, 12, tzinfo=UTC), tz=BERLIN)

    assert (year.start, year.end) == (datetime(2027, 3, 1, tzinfo=BERLIN), datetime(2028, 3, 1, tzinfo=BERLIN))
    before = year.previous()
    assert (before.start, before.end) == (datetime(2026, 3, 1, tzinfo=BERLIN), year.start)
    assert len(year.buckets()) == len(before.buckets()) == 12
