"""Links are edited, disabled, deleted, banned, expired, brought back and made while processes are asked for them."""

from faults.freshness import measure
from faults.report import Report
from faults.rows import FRESH
from faults.scale import Scale
from faults.stage import Stage


def run(stage: Stage, scale: Scale, report: Report) -> None:
    measured = measure(stage, changes=scale.changes, processes=scale.redirectors)
    report.at_least("changes", measured.changes, scale.changes)
    report.tell("processes", measured.processes)
    report.at_most("p100", measured.worst_ms, 1000 * scale.seconds(FRESH), "ms")
    for kind, times in measured.times.items():
        report.tell(kind, max(times), "ms")
    report.none("old again later", measured.relapsed)
    report.none("load: failed or wrong", measured.load_failures)
