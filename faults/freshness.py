"""How soon a change shows in every redirector, each asked at a port of its own.

    python -m faults.freshness

prints what was measured as one JSON object.
"""

import json
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field

from faults.changes import Changes, IsNew, Made
from faults.links import Links
from faults.probes import Probe
from faults.rows import FRESH
from faults.scale import chosen_scale
from faults.stage import Stage, open_stage
from faults.traffic import failures, p99_ms, traffic

LOAD_RATE = 200
# An answer counts as new when a process has given no other for so long (s).
_SETTLED = 0.03
_PATIENCE = 10.0
# Changes that do not show take their patience each; the rest is left out after so long (s).
_ALL_WITHIN = 180.0


@dataclass(slots=True)
class Measured:
    """`times` by kind of change, one for each: milliseconds until no process gave the old answer."""

    processes: int
    times: dict[str, list[float]] = field(default_factory=dict)
    # Places that gave another answer than their last change when all was over.
    relapsed: list[str] = field(default_factory=list)
    load_failures: list[str] = field(default_factory=list)
    load_p99_ms: float = 0.0

    @property
    def worst_ms(self) -> float:
        return max((time for times in self.times.values() for time in times), default=float("inf"))

    @property
    def changes(self) -> int:
        return sum(len(times) for times in self.times.values())


class Watch:
    """Looks at all processes, one after the other."""

    def __init__(self, probes: Sequence[Probe]) -> None:
        self._probes = probes

    def warm(self, code: str) -> None:
        """Every process remembers what it answers now."""
        for probe in self._probes:
            probe.ask(code)

    def milliseconds(self, made: Made) -> float:
        """From the change until the last answer that was not new."""
        last_old = made.since
        pending = dict.fromkeys(self._probes, time.monotonic())
        while pending and time.monotonic() - made.since < _PATIENCE:
            for probe, new_since in list(pending.items()):
                if not made.is_new(probe.ask(made.code)):
                    last_old = pending[probe] = time.monotonic()
                elif time.monotonic() - new_since > _SETTLED:
                    del pending[probe]
        return 1000 * (last_old - made.since)

    def all_new(self, code: str, is_new: IsNew) -> bool:
        """Whether each process gives the new answer."""
        return all(is_new(probe.ask(code)) for probe in self._probes)


def measure(stage: Stage, *, changes: int, processes: int) -> Measured:
    """Make `changes` changes, of all kinds in turn, while a load runs on `processes` redirectors; fewer
    when so many do not show that time runs out."""
    redirectors = [stage.add_redirector(own_port=True) for _ in range(processes)]
    try:
        stage.await_redirectors()
        return _measure(stage, [redirector.port for redirector in redirectors], changes)
    finally:
        for redirector in redirectors:
            stage.remove(redirector)


def _measure(stage: Stage, ports: Sequence[int], changes: int) -> Measured:
    links, measured = Links(stage), Measured(len(ports))
    watch = Watch([Probe(port, stage.host) for port in ports])
    codes = [url.rpartition("/")[2] for url in links.urls(50)]
    kinds = list(Changes(links).kinds.items())
    last: dict[str, IsNew] = {}
    deadline = time.monotonic() + _ALL_WITHIN
    with traffic(stage, [f"http://localhost:{port}/{code}" for code in codes for port in ports], rate=LOAD_RATE) as load:
        for number in range(changes):
            if time.monotonic() > deadline:
                break
            kind, change = kinds[number % len(kinds)]
            made = change(watch.warm)
            measured.times.setdefault(kind, []).append(watch.milliseconds(made))
            last[made.code] = made.is_new
    measured.relapsed = [code for code, is_new in last.items() if not watch.all_new(code, is_new)]
    measured.load_failures = [*failures(load.answers), *links.history.wrong(load.answers, stale=FRESH)]
    measured.load_p99_ms = p99_ms(load.answers)
    return measured


def main() -> None:
    scale = chosen_scale()
    with open_stage(redirectors=1) as stage:
        measured = measure(stage, changes=scale.changes, processes=scale.redirectors)
    sys.stdout.write(json.dumps(asdict(measured)) + "\n")


if __name__ == "__main__":
    main()
