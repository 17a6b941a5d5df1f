"""Reports made ready for pages."""

import pytest

from apps.analytics.charts import breakdowns, sparkline_points, tiles
from apps.analytics.reports import LinkReport, Share, Totals

NOBODY = Totals(0, 0, 0)


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
    report = report_of(countries=[Share("DE", 4, 0.5), Share("", 2, 0.25), Share("", 2, 0.25, is_other=True)])
    countries, *_others = breakdowns(report)

    assert [(bar.label, bar.count, bar.percent, bar.width) for bar in countries.bars] == [
        ("Germany", 4, 50, 100.0),
        ("Unknown", 2, 25, 50.0),
        ("All others", 2, 25, 50.0),
    ]


def test_a_code_of_no_country_is_shown_as_it_is() -> None:
    countries, *_others = breakdowns(report_of(countries=[Share("X9", 1, 1.0)]))

    assert countries.bars[0].label == "X9"


@pytest.mark.parametrize(("counts", "points"), [([], ""), ([0, 0], "0,20.0 1,20.0"), ([0, 2, 1], "0,20.0 1,0.0 2,10.0")])
def test_a_sparkline_reaches_from_bottom_to_top(counts: list[int], points: str) -> None:
    assert sparkline_points(counts) == points


def report_of(**shares: list[Share]) -> LinkReport:
    names = ("countries", "referrers", "browsers", "systems", "devices")
    return LinkReport(totals=NOBODY, previous=NOBODY, series=[], previous_series=[], **{name: shares.get(name, []) for name in names})
