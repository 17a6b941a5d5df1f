"""How long searches in Elasticsearch take an owner of a million links among three million.

The mix is what people type: beginnings, whole words, two words, words with typing errors, codes, hosts, and
words that half of the links have. Each search is one by `apps.links.search`, with the filter on workspace and owner, typing errors
allowed, and highlights; the figure with a goal is the p95 of all of them.

BENCH_LINKS sets the number of links, a third of which are the owner's. Loading three million takes a quarter of an hour; it ends after
BENCH_LOAD_SECONDS (3600) with what is there by then, which is told. With BENCH_SEARCH_DIR the index is kept in that folder
for the next run.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench._processes import ROOT
from bench.figures import Figure
from tests.engines.elasticsearch import Elasticsearch, missing

GOAL_MS = 80
# The server's heap; what is left of the memory caches the index.
_HEAP = "1g"


def run() -> list[Figure]:
    if reason := missing():
        print(f"bench search_p95 skipped: {reason}")  # noqa: T201
        return []
    with elasticsearch() as url:
        environment = {**os.environ, "ELASTICSEARCH_URL": url, "DJANGO_SETTINGS_MODULE": "shortener_project.settings.embedded"}
        command = [sys.executable, "-m", "bench._search"]
        asked = subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE, text=True)  # noqa: S603 - ours
    told = json.loads(asked.stdout)
    return [
        Figure.at_most("search_p95", told["p95_ms"], "ms", GOAL_MS),
        *(Figure.told(f"search_p95_{kind}", milliseconds, "ms") for kind, milliseconds in told["kinds"].items()),
        Figure.told("search_p95_with_facets", told["facets_ms"], "ms"),
        Figure.told("search_p95_links", told["links"], "links"),
        Figure.told("search_p95_links_of_owner", told["owned"], "links"),
        *([Figure.told("search_p95_loaded", told["loaded_per_second"], "links/s")] if told["loaded_per_second"] else []),
    ]


@contextmanager
def elasticsearch() -> Iterator[str]:
    """URL of a server that ends with the block, in BENCH_SEARCH_DIR or a folder that is thrown away."""
    kept = os.environ.get("BENCH_SEARCH_DIR", "")
    folder = Path(kept) if kept else Path(tempfile.mkdtemp(prefix="search"))
    os.environ.setdefault("ES_HEAP", _HEAP)
    server = Elasticsearch(folder)
    try:
        server.start()
        yield server.url
    finally:
        server.stop()
        if not kept:
            shutil.rmtree(folder, ignore_errors=True)
