"""Pages of the links list as one owner of a million links among three million: any filter, any order, any depth.

Every filter (each state, tags from common to rare and none at all, domains, and what goes together of these) with every
order at the first page, in the middle, and at the last one; each as its page asks, through `apps.links.selectors`, with
all queries that it makes. The figure with a goal is the worst p95 of all kinds. What keeping the list costs the count of
clicks is told beside it. BENCH_LINKS sets the number of links (3,000,000).
"""

import json
import os
import subprocess
import sys

from bench._engines import manage
from bench._processes import ROOT
from bench.figures import Figure
from shortener_project.embedded.throwaway import throw_away_engines

GOAL_MS = 100


def run() -> list[Figure]:
    with throw_away_engines(("DATABASE_URL", "REDIS_URL")) as engines:
        environment = {**os.environ, **engines.environment, "DJANGO_SETTINGS_MODULE": "shortener_project.settings.embedded"}
        manage(environment, "migrate", "--verbosity", "0")
        for step in ("fill", "measure"):
            command = [sys.executable, "-m", "bench._list", step]
            done = subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE, text=True)  # noqa: S603 - ours
    told = json.loads(done.stdout)
    return [
        Figure.at_most("list_p95", told["worst_ms"], "ms", GOAL_MS),
        *(Figure.told(f"list_p95_{kind}", milliseconds, "ms") for kind, milliseconds in told["kinds"].items()),
        *(Figure.told(f"list_p95_clicks_{kind}", links, "links/s") for kind, links in told["clicks"].items()),
        Figure.told("list_p95_pages", told["pages"], "pages"),
        Figure.told("list_p95_owned", told["owned"], "links"),
        Figure.told("list_p95_table", told["table_mb"], "MB"),
    ]
