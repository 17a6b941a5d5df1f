"""Reports made ready for pages."""

import pytest

from apps.analytics.charts import card, heat_rows, sparkline_points, tiles
from apps.analytics.reports import HeatMap, Share, Totals


@pytest.mark.parametrize(
    ("now", "before", "words"),
    [
        (5, 0, ""),
        (0, 0, ""),
        (5, 5, "±0 %"),
        (6, 5, "+20 %"),
        (0, 5, "−100 %"),
        (1, 3, "−67 %"),
        (55, 5, "×11"),
        (54, 5, "+980 %"),
        (84_000, 10, "×8,400"),
    ],
)
def test_a_change_is_said_in_percent_or_beyond_tenfold_in_times(now: int, before: int, words: str) -> None:
    clicks, *_others = tiles(Totals(now, 0, 0), Totals(before, 0, 0))

    assert (clicks.value, clicks.change_words) == (now, words)


def test_bars_are_as_wide_as_their_part_of_the_largest() -> None:
    countries = card("country", [Share("DE", 4, 0.5), Share("", 2, 0.25), Share("", 2, 0.25, is_other=True)])

    assert [(bar.label, bar.count, bar.percent, bar.width) for bar in countries.bars] == [
        ("Germany", 4, 50, 100.0),
        ("Unknown", 2, 25, 50.0),
        ("All others", 2, 25, 50.0),
    ]


@pytest.mark.parametrize(
    ("name", "value", "label"),
    [
        ("country", "X9", "X9"),
        ("language", "de", "German"),
        ("language", "tlh", "tlh"),
        ("referrer_host", "", "Direct, or not told"),
        ("referrer_class", "search", "Search engines"),
        ("device", "mobile", "Mobile"),
        ("utm_campaign", "", "Not given"),
        ("city", "", "Unknown"),
        ("destination_url", "https://example.com/", "https://example.com/"),
    ],
)
def test_values_are_written_for_people_and_unknown_ones_as_they_are(name: str, value: str, label: str) -> None:
    assert card(name, [Share(value, 1, 1.0)]).bars[0].label == label


def test_the_hours_of_a_heat_map_are_shaded_by_the_busiest_one() -> None:
    clicks = [[0] * 24 for _ in range(7)]
    clicks[0][9], clicks[6][23], clicks[3][0] = 100, 1, 50
    rows = heat_rows(HeatMap(clicks))

    assert [row.weekday for row in rows][::6] == ["Monday", "Sunday"]
    assert (rows[0].cells[9].level, rows[6].cells[23].level, rows[3].cells[0].level, rows[0].cells[10].level) == (5, 1, 3, 0)
    assert heat_rows(HeatMap([[0] * 24] * 7)) == []


@pytest.mark.parametrize(("counts", "points"), [([], ""), ([0, 0], "0,20.0 1,20.0"), ([0, 2, 1], "0,20.0 1,0.0 2,10.0")])
def test_a_sparkline_reaches_from_bottom_to_top(counts: list[int], points: str) -> None:
    assert sparkline_points(counts) == points
