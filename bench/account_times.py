"""Whether the time of an answer tells if there is an account: log-in, sign-up and reset on the site, log-in and
registration by REST, each for an address that has one and one that has none, ACCOUNT_TIMES (500) times in turn.
The goal is a difference of means below 5 ms.

What takes place is all that happens in a request, from the middleware to the commit in PostgreSQL and the hash of
a password at its real cost; mails are kept in memory.
"""

import json
import subprocess
import sys

from bench._engines import throw_away
from bench._processes import ROOT
from bench.figures import Figure

GOAL_MS = 5


def run() -> list[Figure]:
    with throw_away(("DATABASE_URL", "REDIS_URL"), on_one_core=False) as environment:
        environment |= {"EMAIL_VERIFICATION": "mandatory", "PASSWORD_COST": "10"}
        asked = subprocess.run(
            [sys.executable, "-m", "bench._account_times"], cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE, text=True
        )
    told: dict[str, dict[str, float]] = json.loads(asked.stdout)
    figures = []
    for name, times in told.items():
        figures.append(Figure.at_most(f"account_times_{name}", abs(times["known"] - times["unknown"]), "ms", GOAL_MS))
        figures.append(Figure.told(f"account_times_{name}_mean", times["known"], "ms"))
    return figures
