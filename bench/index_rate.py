"""Links a second that go from PostgreSQL into the index: all of them by a rebuild, and changes by the consumer.

All processes share all processors, as on a small machine. BENCH_INDEX_LINKS sets their number (200,000). The
figure with a goal is the rebuild's, from its first row to the index that is searched.
"""

import json
import os
import subprocess
import sys

from bench._engines import manage
from bench._processes import ROOT
from bench.figures import Figure
from bench.search_p95 import elasticsearch
from shortener_project.embedded.throwaway import throw_away_engines
from tests.engines.elasticsearch import missing

GOAL = 2_500


def run() -> list[Figure]:
    if reason := missing():
        print(f"bench index_rate skipped: {reason}")  # noqa: T201
        return []
    os.environ.pop("BENCH_SEARCH_DIR", None)
    with throw_away_engines(("DATABASE_URL", "REDIS_URL")) as engines, elasticsearch() as url:
        environment = {**os.environ, **engines.environment, "DJANGO_SETTINGS_MODULE": "shortener_project.settings.embedded"}
        manage(environment, "migrate", "--verbosity", "0")
        command = [sys.executable, "-m", "bench._index_rate"]
        environment["ELASTICSEARCH_URL"] = url
        asked = subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE, text=True)  # noqa: S603 - ours
    told = json.loads(asked.stdout)
    return [
        Figure.at_least("index_rate", told["rebuild"], "links/s", GOAL),
        Figure.told("index_rate_events", told["events"], "links/s"),
        Figure.told("index_rate_links", told["links"], "links"),
    ]
