"""Accepted clicks against stored clicks."""

import time
from collections.abc import Set

from faults.report import Report
from tests.load.generator import Answer


def judge_clicks(report: Report, answers: list[Answer], *, patience: float = 60.0, surplus: int = 0) -> None:
    """Wait until every accepted probe is in ClickHouse; report what is lost, doubled, or there without
    an answer, of which requests under way at a kill may be `surplus`."""
    accepted = {answer.probe for answer in answers if 300 <= answer.status < 400}
    unanswered = {answer.probe for answer in answers if answer.status == 0}
    prefixes = {answer.probe.partition("-")[0] for answer in answers}
    deadline = time.monotonic() + patience
    while (counts := _stored(prefixes)).keys() < accepted or accepted - counts.keys():
        if time.monotonic() > deadline:
            break
        time.sleep(0.5)
    # What would be stored twice comes within a moment.
    time.sleep(1)
    counts = _stored(prefixes)
    stored: Set[str] = counts.keys()
    report.tell("accepted", len(accepted))
    report.none("lost", accepted - stored)
    report.none("doubled", {probe for probe, count in counts.items() if count > 1})
    extra = set(stored) - accepted
    if surplus:
        report.at_most("stored without an answer", len(extra), surplus)
        extra -= unanswered
    report.none("never asked", extra)


def _stored(prefixes: Set[str]) -> dict[str, int]:
    from tests.load.oracle import read_probes  # noqa: PLC0415 - models need the stage's settings

    counts: dict[str, int] = {}
    for prefix in prefixes:
        counts |= read_probes(prefix)
    return counts
