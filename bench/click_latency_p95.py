"""Time from a redirect until its click shows on the link's page, on the whole running product.

Redirectors, shipper, consumer and site are processes of their own and share this machine's cores with
the engines and a load of a hundred redirects a second.
"""

import json
import os
import subprocess
import sys

from bench._processes import ROOT
from bench.figures import Figure

GOAL_SECONDS = 3.0
_SECONDS = 280.0


def run() -> list[Figure]:
    """Sixty clicks, one after the other."""
    command = [sys.executable, "-m", "faults.click_latency"]
    # In a process of its own, because Django keeps the database that it met first.
    done = subprocess.run(  # noqa: S603 - ours
        command, cwd=ROOT, env=os.environ, stdout=subprocess.PIPE, text=True, check=True, timeout=_SECONDS
    )
    measured = json.loads(done.stdout.splitlines()[-1])
    seconds = sorted(measured["seconds"])
    return [
        Figure.at_most("click_latency_p95", seconds[len(seconds) * 95 // 100], "s", GOAL_SECONDS),
        Figure.told("click_latency_p50", seconds[len(seconds) // 2], "s"),
        Figure.told("click_latency_p100", seconds[-1], "s"),
        Figure.at_most("click_latency_load_failed", len(measured["failures"]), "answers", 0),
    ]
