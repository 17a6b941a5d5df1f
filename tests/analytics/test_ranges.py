"""What the address of a page of numbers asks for."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from apps.analytics.ranges import MAX_DAYS, RANGES, read_choice

TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("asked", "name", "bucket"),
    [
        ({}, "7d", "day"),
        ({"range": "24h"}, "24h", "hour"),
        ({"range": "24h", "by": "month"}, "24h", "hour"),
        ({"range": "90d", "by": "week"}, "90d", "week"),
        ({"range": "90d", "by": "month"}, "90d", "month"),
        ({"range": "7d", "by": "month"}, "7d", "day"),
        ({"range": "12m"}, "12m", "month"),
        ({"range": "12m", "by": "day"}, "12m", "day"),
        ({"range": "1e9d", "by": "century"}, "7d", "day"),
    ],
)
def test_ranges_and_buckets_that_are_offered_are_taken_and_others_are_as_usual(asked: dict[str, str], name: str, bucket: str) -> None:
    choice = read_choice(asked, today=TODAY)
    assert (choice.name, choice.bucket, choice.include_bots, choice.error) == (name, bucket, False, "")


def test_own_dates_are_whole_days_of_the_viewer() -> None:
    choice = read_choice({"from": "2026-03-28", "to": "2026-03-29", "bots": "1"}, today=TODAY)
    period = choice.period(now=NOW, tz=BERLIN)
    assert (period.start, period.end) == (datetime(2026, 3, 28, tzinfo=BERLIN), datetime(2026, 3, 30, tzinfo=BERLIN))
    assert (choice.bucket, choice.include_bots) == ("day", True)


def test_a_date_that_is_left_out_is_today() -> None:
    period = read_choice({"from": "2026-11-20"}, today=TODAY).period(now=NOW, tz=BERLIN)
    assert period.end == datetime(2026, 11, 24, tzinfo=BERLIN)


@pytest.mark.parametrize(
    "asked",
    [
        {"from": "yesterday"},
        {"from": "2026-02-30"},
        {"from": "2026-03-02", "to": "2026-03-01"},
        {"from": "2027-01-01"},
        {"from": "2027-01-01", "to": "2027-02-01"},
        {"to": "x"},
        {"from": "2026-01-01\0"},
    ],
)
def test_dates_that_are_none_are_said_to_be_wrong_and_the_usual_range_is_shown(asked: dict[str, str]) -> None:
    choice = read_choice(asked, today=TODAY)
    assert choice.name == "7d"
    assert "date" in choice.error


def test_the_longest_stretch_is_cut_into_few_buckets() -> None:
    choice = read_choice({"from": "0001-01-01", "to": "9999-12-31"}, today=TODAY)
    period = choice.period(now=NOW, tz=BERLIN)
    assert choice.bucket == "month"
    assert (period.end - period.start).days == MAX_DAYS
    assert len(period.buckets()) <= MAX_DAYS / 28
    assert len(period.previous().buckets()) <= MAX_DAYS / 28


@pytest.mark.parametrize("offered", RANGES, ids=lambda offered: offered.name)
def test_every_range_can_be_cut_by_what_it_offers(offered: object) -> None:
    name = getattr(offered, "name", "")
    for bucket, _label in read_choice({"range": name}, today=TODAY).buckets:
        choice = read_choice({"range": name, "by": bucket}, today=TODAY)
        assert choice.bucket == bucket
        assert 1 < len(choice.period(now=NOW, tz=BERLIN).buckets()) <= 400
