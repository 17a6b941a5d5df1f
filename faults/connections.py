"""How many connections redirectors have to PostgreSQL."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg

from faults.stage import REDIRECTORS, Stage

_EVERY = 0.2
_COUNT = "SELECT count(*) FROM pg_stat_activity WHERE application_name = %s"


@dataclass(slots=True)
class Connections:
    """`most` at any moment that was looked at."""

    most: int = 0


@contextmanager
def watched_connections(stage: Stage) -> Iterator[Connections]:
    """Look again and again for as long as the block lasts."""
    seen, ended = Connections(), threading.Event()

    def watch() -> None:
        with psycopg.connect(stage.engines.urls.database, autocommit=True) as connection:
            while not ended.wait(_EVERY):
                [count] = connection.execute(_COUNT, [REDIRECTORS]).fetchone() or (0,)
                seen.most = max(seen.most, count)

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield seen
    finally:
        ended.set()
        thread.join(10)
