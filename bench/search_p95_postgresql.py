"""Searching in PostgreSQL as one owner of a million links among three million: the engine without Elasticsearch.

The same searches as `search_p95`. BENCH_LINKS sets the number of links (3,000,000, which take a quarter of an hour to
load), a third of them the owner's.
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
        command = [sys.executable, "-m", "bench._search_postgresql"]
        asked = subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE, text=True)  # noqa: S603 - ours
    told = json.loads(asked.stdout)
    return [
        Figure.at_most("search_p95_postgresql", told["p95_ms"], "ms", GOAL_MS),
        *(Figure.told(f"search_p95_postgresql_{kind}", milliseconds, "ms") for kind, milliseconds in told["kinds"].items()),
        Figure.told("search_p95_postgresql_with_facets", told["facets_ms"], "ms"),
        Figure.told("search_p95_postgresql_links", told["links"], "links"),
        Figure.told("search_p95_postgresql_filled", told["filled_per_second"], "links/s"),
    ]
