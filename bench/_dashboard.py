"""Fills ClickHouse with clicks and asks what pages ask; prints the times as JSON. A process of its own, with Django."""

import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from statistics import quantiles
from typing import Any
from zoneinfo import ZoneInfo

import django

CLICKS = 10_000_000
LINKS = 2_000
DAYS = 90
ROUNDS = 20
# Clicks are inserted in parts, as many as a consumer stores in some minutes.
_PART = 1_000_000
# Merging what comes in a minute instead of in months is waited for so long (s).
_PATIENCE = 60.0
# A link's share falls with its rank: the first one has about a tenth of all. Four in a hundred clicks are of bots.
_FILL = """
INSERT INTO click_events (event_id, link_id, workspace_id, owner_id, domain, code, destination_url, timestamp, method, address,
    user_agent, referrer_host, referrer_class, country, region, city, device, browser, os, language, utm_source, utm_medium,
    utm_campaign, is_bot, visitor_id, session_id)
SELECT
    generateUUIDv4(),
    least(%(links)s, toUInt64(exp(random * log(%(links)s + 1)))) AS link_id,
    1, 1, 'sho.example', concat('code', toString(link_id)), concat('https://example.com/', toString(link_id)),
    toDateTime64(%(end)s - intDiv(number * %(seconds)s, %(clicks)s) - 1, 3, 'UTC'),
    'GET', '203.0.113.0', 'Mozilla/5.0 (Windows NT 10.0; Win64; x64)',
    ['', 'news.example', 'search.example', 'social.example', 'mail.example'][1 + h %% 5],
    ['direct', 'other', 'search', 'social', 'mail'][1 + h %% 5],
    ['DE', 'US', 'FR', 'IN', 'BR', 'JP', 'GB', 'PL'][1 + intDiv(h, 5) %% 8],
    concat('R', toString(intDiv(h, 5) %% 40)), concat('City ', toString(intDiv(h, 7) %% 500)),
    ['desktop', 'mobile', 'tablet'][1 + intDiv(h, 11) %% 3],
    ['Chrome', 'Safari', 'Firefox', 'Edge'][1 + intDiv(h, 13) %% 4],
    ['Windows', 'iOS', 'Android', 'Mac OS X', 'Linux'][1 + intDiv(h, 17) %% 5],
    ['de', 'en', 'fr', 'pt'][1 + intDiv(h, 19) %% 4],
    ['', '', '', 'newsletter', 'ad'][1 + intDiv(h, 23) %% 5], ['', '', '', 'mail', 'cpc'][1 + intDiv(h, 23) %% 5],
    ['', '', '', 'autumn', 'winter'][1 + intDiv(h, 23) %% 5],
    h %% 25 = 0, sipHash64(h %% 2000000, intDiv(%(end)s - intDiv(number * %(seconds)s, %(clicks)s) - 1, 86400)), sipHash64(h %% 3000000)
FROM (SELECT number, sipHash64(number) AS h, sipHash64(number, 1) / 18446744073709551616 AS random FROM numbers(%(first)s, %(part)s))
"""


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shortener_project.settings.embedded")
    django.setup()
    now = datetime.now(UTC)
    fill(now)
    settle()
    rounds = {kind: [_timed(ask, number) for number in range(ROUNDS)] for kind, ask in questions(now).items()}
    # The queries of a page come in one order, so that each is compared with itself.
    queries = {kind: max(map(p95_ms, zip(*(each for _whole, each in found), strict=False))) for kind, found in rounds.items()}
    pages = {kind: p95_ms([whole for whole, _each in found]) for kind, found in rounds.items()}
    json.dump({"queries": queries, "pages": pages, "clicks": _count(1, LINKS), "most_clicked": _count(1, 1)}, sys.stdout)


def p95_ms(seconds: Sequence[float]) -> float:
    return quantiles(seconds, n=20, method="inclusive")[-1] * 1000


def fill(now: datetime) -> None:
    from django.db import connections  # noqa: PLC0415 - Django is set up by now

    for first in range(0, CLICKS, _PART):
        with connections["clickhouse"].cursor() as cursor:
            cursor.execute(
                _FILL,
                {
                    "first": first,
                    "part": _PART,
                    "clicks": CLICKS,
                    "links": LINKS,
                    "end": int(now.timestamp()),
                    "seconds": DAYS * 86_400,
                },
            )


def settle() -> None:
    """Wait until ClickHouse has merged what was inserted, which otherwise takes it weeks to receive."""
    from apps.analytics.queries import fetch  # noqa: PLC0415

    deadline = time.monotonic() + _PATIENCE
    while fetch("SELECT count() FROM system.merges", {}) != [(0,)] and time.monotonic() < deadline:
        time.sleep(1)


def questions(now: datetime) -> dict[str, Callable[[int], object]]:
    """What pages ask, by kind; each takes the number of the round, which says for which link."""
    from apps.analytics import selectors, values  # noqa: PLC0415
    from apps.analytics.periods import Period  # noqa: PLC0415
    from apps.analytics.rollups import PROPERTIES  # noqa: PLC0415

    berlin, kolkata = ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Kolkata")
    day, week = Period.last(hours=24, now=now, tz=berlin), Period.last(days=7, now=now, tz=berlin)
    month, quarter = Period.last(days=30, now=now, tz=berlin), Period.last(days=90, now=now, tz=berlin)
    half_hours = Period.last(days=30, now=now, tz=kolkata)

    def link(number: int) -> int:
        # The most clicked ones are asked for most.
        return 1 + number**2 % LINKS

    return {
        "workspace_24h": lambda _number: selectors.workspace_report(workspace_id=1, period=day),
        "workspace_7d": lambda _number: selectors.workspace_report(workspace_id=1, period=week),
        "workspace_30d": lambda _number: selectors.workspace_report(workspace_id=1, period=month),
        "workspace_90d": lambda _number: selectors.workspace_report(workspace_id=1, period=quarter),
        "workspace_30d_half_hour_zone": lambda _number: selectors.workspace_report(workspace_id=1, period=half_hours),
        "workspace_values_90d": lambda _number: values.most_frequent(
            owner="workspace_id", owner_id=1, period=quarter, properties=PROPERTIES
        ),
        "link_30d": lambda number: selectors.link_report(link_id=link(number), period=month),
        "link_90d": lambda number: selectors.link_report(link_id=link(number), period=quarter),
        "most_clicked_link_30d": lambda _number: selectors.link_report(link_id=1, period=month),
        "most_clicked_link_90d": lambda _number: selectors.link_report(link_id=1, period=quarter),
        "link_cities_90d": lambda number: selectors.link_breakdown(link_id=link(number), period=quarter, name="city"),
        "workspace_campaigns_90d": lambda _number: selectors.workspace_breakdown(workspace_id=1, period=quarter, name="utm_campaign"),
        "comparison_90d": lambda number: selectors.compare(link_ids=[1, 2, link(number) + 2], period=quarter),
        "sparklines": lambda number: selectors.sparklines(
            workspace_id=1, link_ids=range(number + 1, number + 51), days=30, now=now, tz=berlin
        ),
    }


def _timed(ask: Callable[[int], object], number: int) -> tuple[float, list[float]]:
    """Seconds that the answer took, or that it took to be told that there is none; and those of each of its queries."""
    from django.db import connections  # noqa: PLC0415

    from apps.analytics.errors import AnalyticsUnavailable  # noqa: PLC0415

    each: list[float] = []

    def timed(execute: Callable[..., Any], *arguments: Any) -> Any:
        began = time.perf_counter()
        try:
            return execute(*arguments)
        finally:
            each.append(time.perf_counter() - began)

    began = time.perf_counter()
    with suppress(AnalyticsUnavailable), connections["clickhouse"].execute_wrapper(timed):
        ask(number)
    return time.perf_counter() - began, each


def _count(first: int, last: int) -> int:
    """Clicks of the links from `first` to `last`."""
    from apps.analytics.queries import fetch  # noqa: PLC0415

    return int(fetch("SELECT count() FROM click_events WHERE link_id BETWEEN %(first)s AND %(last)s", {"first": first, "last": last})[0][0])


if __name__ == "__main__":
    main()
