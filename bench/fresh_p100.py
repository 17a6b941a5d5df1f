"""Time until a change shows in every redirector: from the return of the service until no process gives the old answer.

Eight redirectors answer at ports of their own under load, while links are edited, disabled, deleted,
banned, renamed, expired, brought back, and made where a 404 is remembered. All share this machine's
cores with the engines and the load, so a process that waits for a core is seen as late.
"""

import json
import os
import subprocess
import sys

from bench._processes import ROOT
from bench.figures import Figure

GOAL_MS = 1000.0
CHANGES = 300
_SECONDS = 290.0


def run() -> list[Figure]:
    """300 changes of all kinds in turn; the figure is the slowest."""
    command = [sys.executable, "-m", "faults.freshness"]
    # In a process of its own, because Django keeps the database that it met first.
    done = subprocess.run(  # noqa: S603 - ours
        command, cwd=ROOT, env=os.environ | {"SCALE": "short"}, stdout=subprocess.PIPE, text=True, check=True, timeout=_SECONDS
    )
    measured = json.loads(done.stdout.splitlines()[-1])
    times = {kind: max(values) for kind, values in measured["times"].items()}
    return [
        Figure.at_most("fresh_p100", max(times.values()), "ms", GOAL_MS),
        *(Figure.told(f"fresh_{kind.replace(' ', '_').replace('-', '_')}", worst, "ms") for kind, worst in times.items()),
        Figure.at_least("fresh_changes", sum(len(values) for values in measured["times"].values()), "changes", CHANGES),
        Figure.told("fresh_processes", measured["processes"], "processes"),
        Figure.at_most("fresh_old_again", len(measured["relapsed"]), "links", 0),
        Figure.told("fresh_load_p99", measured["load_p99_ms"], "ms"),
        Figure.at_most("fresh_load_failed", len(measured["load_failures"]), "answers", 0),
    ]
