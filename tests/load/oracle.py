"""Judges a load: what was accepted against what is stored.

    python manage.py shell -v 0 -c "from tests.load.oracle import main; main('answers.jsonl')"

needs the environment of the product under test. It waits for the clicks that are still on their
way, then prints its verdict as one JSON object.
"""

import json
import sys
import time
from collections.abc import Mapping, Set
from dataclasses import asdict, dataclass
from pathlib import Path

from django.db import connections
from django.db.models import Sum

from apps.links.models import Link

# Clicks delivered twice come within this time after the last (s).
_AFTERMATH = 2.0
_SHOWN = 50


@dataclass(frozen=True, slots=True)
class Stored:
    """What the stores hold: how often each probe's click, and three totals of all clicks."""

    probes: Mapping[str, int]
    in_table: int
    in_rollup: int
    on_links: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """Probes that are wrong (the first fifty of each kind), and how many clicks each store counts in all.

    `extra` are stored clicks whose answer never arrived: allowed only for requests in flight at a kill.
    """

    lost: list[str]
    doubled: list[str]
    extra: list[str]
    accepted: int
    in_table: int
    in_rollup: int
    on_links: int

    @property
    def is_settled(self) -> bool:
        return not self.lost and self.in_table == self.in_rollup == self.on_links


def read_probes(prefix: str) -> dict[str, int]:
    """How often each probe whose name begins with `prefix` is stored now."""
    with connections["clickhouse"].cursor() as cursor:
        cursor.execute(
            "SELECT substring(user_agent, 7), count() FROM click_events WHERE startsWith(user_agent, %s) GROUP BY 1", [f"probe/{prefix}"]
        )
        return dict(cursor.fetchall())


def read_stored(prefix: str) -> Stored:
    """What this installation holds now of the probes whose names begin with `prefix`, and in all."""
    probes = read_probes(prefix)
    with connections["clickhouse"].cursor() as cursor:
        cursor.execute("SELECT count() FROM click_events")
        in_table = cursor.fetchone()[0]
        cursor.execute("SELECT sum(clicks) FROM clicks_hourly")
        in_rollup = cursor.fetchone()[0]
    on_links = Link.objects.aggregate(total=Sum("click_count"))["total"] or 0
    return Stored(probes, in_table, in_rollup, on_links)


def judge(*, accepted: Set[str], stored: Stored) -> Verdict:
    """The difference between the probes that were `accepted` and what is `stored`."""
    return Verdict(
        lost=sorted(accepted - stored.probes.keys())[:_SHOWN],
        doubled=sorted(probe for probe, count in stored.probes.items() if count > 1)[:_SHOWN],
        extra=sorted(stored.probes.keys() - accepted)[:_SHOWN],
        accepted=len(accepted),
        in_table=stored.in_table,
        in_rollup=stored.in_rollup,
        on_links=stored.on_links,
    )


def wait_and_judge(accepted: Set[str], *, prefix: str, patience: float = 60.0) -> Verdict:
    """The verdict once all is stored, or after `patience` seconds. What would be stored twice has
    had a little longer to arrive."""
    deadline = time.monotonic() + patience
    while not judge(accepted=accepted, stored=read_stored(prefix)).is_settled and time.monotonic() < deadline:
        time.sleep(0.5)
    time.sleep(_AFTERMATH)
    return judge(accepted=accepted, stored=read_stored(prefix))


def main(log: str) -> None:
    """Judge the answers in the file `log`, as the generator writes it."""
    answers = [json.loads(line) for line in Path(log).read_text(encoding="utf-8").splitlines()]
    accepted = {answer["probe"] for answer in answers if 300 <= answer["status"] < 400}
    verdict = wait_and_judge(accepted, prefix=answers[0]["probe"].partition("-")[0])
    sys.stdout.write(json.dumps(asdict(verdict)) + "\n")
