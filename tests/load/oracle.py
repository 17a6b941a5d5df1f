"""Judges a load: what was accepted against what is stored.

    python manage.py shell -v 0 -c "from tests.load.oracle import main; main()" < answers.jsonl

needs the environment of the product under test and prints one line; it exits with 1 when a click
was lost or doubled, or when table, rollup and link counters disagree.
"""

import json
import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db import connections
from django.db.models import Sum

from apps.links.models import Link


@dataclass(frozen=True, slots=True)
class Stored:
    """What the stores hold: how often each probe's click, and three totals of all clicks."""

    probes: Mapping[str, int]
    in_table: int
    in_rollup: int
    on_links: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """`extra` are stored clicks whose answer never arrived: allowed only for requests in flight at a kill."""

    lost: set[str]
    doubled: set[str]
    extra: set[str]
    totals_agree: bool

    @property
    def is_exact(self) -> bool:
        return not self.lost and not self.doubled and self.totals_agree


def read_stored() -> Stored:
    """What this installation holds now."""
    with connections["clickhouse"].cursor() as cursor:
        cursor.execute("SELECT substring(user_agent, 7), count() FROM click_events WHERE startsWith(user_agent, 'probe/') GROUP BY 1")
        probes = dict(cursor.fetchall())
        cursor.execute("SELECT count() FROM click_events")
        in_table = cursor.fetchone()[0]
        cursor.execute("SELECT sum(clicks) FROM clicks_hourly")
        in_rollup = cursor.fetchone()[0]
    on_links = Link.objects.aggregate(total=Sum("click_count"))["total"] or 0
    return Stored(probes, in_table, in_rollup, on_links)


def judge(*, accepted: Iterable[str], stored: Stored) -> Verdict:
    """The difference between the probes that were `accepted` and what is `stored`."""
    expected = set(accepted)
    return Verdict(
        lost=expected - stored.probes.keys(),
        doubled={probe for probe, count in stored.probes.items() if count > 1},
        extra=stored.probes.keys() - expected,
        totals_agree=stored.in_table == stored.in_rollup == stored.on_links,
    )


def main() -> None:
    answers = [json.loads(line) for line in sys.stdin]
    stored = read_stored()
    verdict = judge(accepted=(answer["probe"] for answer in answers if 300 <= answer["status"] < 400), stored=stored)
    statuses = dict(Counter(answer["status"] for answer in answers))
    sys.stdout.write(
        f"statuses {statuses} lost {len(verdict.lost)} doubled {len(verdict.doubled)} extra {len(verdict.extra)} "
        f"table {stored.in_table} rollup {stored.in_rollup} links {stored.on_links}\n"
    )
    sys.exit(0 if verdict.is_exact else 1)
