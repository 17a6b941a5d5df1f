"""How long and how hard: SCALE=full runs what the reliability targets name, short fits a working day,
quick runs beside other tests."""

import os
import sys
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scale:
    """Rates are requests or operations a second, times seconds."""

    # Redirects asked for, and links written.
    rate: float
    writes: float
    warm_up: float
    # A part is away for so long; what the product gets over by itself has so long to do it.
    fault: float
    recovery: float
    # A part is away for long, for instance the database.
    outage: float
    # Asked of one key alone.
    burst: float
    # Changes whose showing is timed, and redirectors that have to show them.
    changes: int
    redirectors: int
    # A value that must not come back is looked for so long.
    watch: float
    # Kills, and deployments.
    kills: int
    deployments: int
    # Kills of a consumer or of the relay, and clicks of one batch.
    consumer_kills: int
    batch: int
    # Of a fault that comes in several ways, so many are played: the first ones.
    ways: int
    # Bounds are for a machine that does nothing else; where others work on it too, all may take so many
    # times longer, and one request of a hundred so many times.
    slack: float = 1.0
    p99_slack: float = 1.0
    # Kafka is down for longer than its client's own patience with a record (120 s); it hangs for longer than
    # the patience with a request (10 s); and so many times a consumer stands still for longer than its session.
    bus_away: float = 135.0
    bus_hung: float = 20.0
    zombies: int = 3

    def seconds(self, bound: float) -> float:
        """A bound on how long something takes, on this kind of machine."""
        return bound * self.slack

    def p99(self, bound: float) -> float:
        """The same for what 99 of 100 requests take."""
        return bound * self.p99_slack


SCALES = {
    "quick": Scale(60, 5, 1, 3, 2, 3, 120, 24, 2, 2, 1, 1, 4, 2_000, 1, slack=1.5, p99_slack=10, bus_away=5, bus_hung=12, zombies=1),
    "short": Scale(250, 5, 3, 12, 8, 12, 500, 300, 8, 15, 6, 3, 20, 10_000, 9),
    "full": Scale(500, 5, 10, 180, 120, 60, 1000, 300, 8, 60, 60, 10, 100, 10_000, 9, bus_away=600, bus_hung=600, zombies=10),
}


def chosen_scale() -> Scale:
    """What the variable SCALE names; ends the run when it is none of ours."""
    name = os.environ.get("SCALE") or "short"
    if name not in SCALES:
        sys.exit(f"SCALE: expected one of {', '.join(SCALES)}, got {name!r}")
    return SCALES[name]
