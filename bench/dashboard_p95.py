"""How long the queries of pages of numbers take with 10 million clicks of 2,000 links behind them.

Each is asked as its page does, through `apps.analytics.selectors`, for the whole workspace and for links from the
most clicked one down. The figure with a goal is the p95 of the slowest query of all; what a page's queries take
together is told for each kind of page. What is measured are the queries: ClickHouse has all cores, as it has when a page is
looked at and nothing else goes on.
"""

import json
import subprocess
import sys

from bench._engines import manage, throw_away
from bench._processes import ROOT
from bench.figures import Figure

GOAL_MS = 150


def run() -> list[Figure]:
    with throw_away(("DATABASE_URL", "REDIS_URL", "CLICKHOUSE_URL"), on_one_core=False) as environment:
        manage(environment, "migrate", "--database", "clickhouse", "--verbosity", "0")
        asked = subprocess.run(
            [sys.executable, "-m", "bench._dashboard"], cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE, text=True
        )
    told = json.loads(asked.stdout)
    queries: dict[str, float] = told["queries"]
    pages: dict[str, float] = told["pages"]
    return [
        Figure.at_most("dashboard_p95", max(queries.values()), "ms", GOAL_MS),
        *(Figure.told(f"dashboard_p95_query_{kind}", milliseconds, "ms") for kind, milliseconds in queries.items()),
        *(Figure.told(f"dashboard_p95_page_{kind}", milliseconds, "ms") for kind, milliseconds in pages.items()),
        Figure.told("dashboard_p95_clicks", told["clicks"], "clicks"),
        Figure.told("dashboard_p95_most_clicked", told["most_clicked"], "clicks"),
    ]
