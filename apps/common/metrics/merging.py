"""From the figures of all processes to those of the installation."""

from collections import Counter
from collections.abc import Iterable

from apps.common.metrics.families import Family, Kind, Sample, summed
from apps.common.metrics.files import Figures, ProcessFigures


def merged(figures: Figures, *, now: float) -> list[Family]:
    """Counters added up, gauges by role and process, shared ones as seen last; `now` in seconds since the epoch."""
    processes = figures.processes
    of_all = [family for process in processes for family in process.families]
    return [
        *_about(processes, now),
        *summed([*figures.ended, *of_all]),
        *_gauges(processes),
        *_shared(processes),
    ]


def _about(processes: Iterable[ProcessFigures], now: float) -> Iterable[Family]:
    roles = Counter(process.role for process in processes)
    yield Family("processes", Kind.GAUGE, "Processes that live.", [({"role": role}, number) for role, number in sorted(roles.items())])
    ages: list[Sample] = [(_labels(process), max(0.0, now - process.written_at)) for process in processes]
    yield Family("process_figures_age_seconds", Kind.GAUGE, "Time since the process has written its figures.", ages)
    starts: list[Sample] = [(_labels(process), process.started_at) for process in processes]
    yield Family("process_start_time_seconds", Kind.GAUGE, "When the process began, in seconds since the epoch.", starts)


def _labels(process: ProcessFigures) -> dict[str, str]:
    return {"role": process.role, "pid": str(process.pid)}


def _gauges(processes: Iterable[ProcessFigures]) -> list[Family]:
    found: dict[str, Family] = {}
    for process in processes:
        for family in process.families:
            if family.kind is Kind.GAUGE:
                together = found.setdefault(family.name, Family(family.name, Kind.GAUGE, family.help, []))
                together.samples.extend(({**labels, **_labels(process)}, value) for labels, value in family.samples)
    return list(found.values())


def _shared(processes: Iterable[ProcessFigures]) -> list[Family]:
    found: dict[str, Family] = {}
    for process in sorted(processes, key=lambda process: process.written_at):
        found |= {family.name: family for family in process.families if family.kind is Kind.SHARED}
    return list(found.values())
