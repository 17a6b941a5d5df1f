"""Clicks a second that one consumer process brings from the embedded bus to ClickHouse, enriched.

The engines run on the other core. Each block goes through the ledger, so the effect is exactly once.
"""

from bench import _ingest
from bench._engines import manage, throw_away
from bench.figures import Figure


def run() -> list[Figure]:
    with throw_away(("DATABASE_URL", "REDIS_URL", "CLICKHOUSE_URL")) as environment:
        manage(environment, "migrate", "--database", "clickhouse", "--verbosity", "0")
        return _ingest.measure("ingest", environment)
