"""Clicks a second that one consumer process brings from a real Kafka to ClickHouse, enriched.

Broker and engines run on the other core. Each block goes through the ledger, so the effect is exactly once.
"""

import sys
import tempfile
from pathlib import Path

from bench import _ingest
from bench._engines import manage, throw_away
from bench.figures import Figure
from tests.engines.kafka import Kafka, missing


def run() -> list[Figure]:
    if reason := missing():
        sys.exit(f"bench: {reason}")
    with throw_away(("DATABASE_URL", "REDIS_URL", "CLICKHOUSE_URL")) as environment, tempfile.TemporaryDirectory(prefix="kafka") as folder:
        kafka = Kafka(Path(folder))
        try:
            kafka.start()
            variables = environment | {"KAFKA_BOOTSTRAP_SERVERS": ",".join(kafka.servers)}
            manage(variables, "migrate", "--database", "clickhouse", "--verbosity", "0")
            manage(variables, "create_topics")
            return _ingest.measure("ingest_kafka", variables)
        finally:
            kafka.stop()
