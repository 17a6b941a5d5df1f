"""Brings links into Redis before redirectors ask for them."""

from collections.abc import Iterable, Sequence

import psycopg

from apps.common.redis import new_client
from apps.redirects import keys
from apps.redirects.postgres import LINKS_BY_ID, connection_arguments, snapshot_of
from apps.redirects.snapshot import Snapshot, encode

# More are never warmed at once; so many are read and written together.
MOST = 1_000
BATCH = 100
# Warmed again before it ends, as long as it is popular.
LIFE_MS = 30 * 60 * 1000
_PATIENCE = 2.0


def warm(link_ids: Iterable[int]) -> int:
    """Put the links with these ids, 1,000 at most, into Redis as they stand in PostgreSQL now; the number stored.

    A link that has changed since it was read is left alone: the fill compares versions, as a redirector's
    does. Raises psycopg.Error and redis.exceptions.RedisError when an engine does not answer; what was
    stored by then stays.
    """
    ids = list(dict.fromkeys(link_ids))[:MOST]
    if not ids:
        return 0
    stored = 0
    with psycopg.connect(**connection_arguments()) as database, new_client(socket_timeout=_PATIENCE) as redis:
        fill = redis.register_script(keys.FILL)
        for start in range(0, len(ids), BATCH):
            snapshots = _read(database, ids[start : start + BATCH])
            with redis.pipeline(transaction=False) as pipeline:
                for snapshot in snapshots:
                    arguments = [snapshot.version, encode(snapshot), round(LIFE_MS * keys.jitter())]
                    fill(keys=[keys.link_key(snapshot.domain_id, snapshot.code)], args=arguments, client=pipeline)
                stored += sum(pipeline.execute())
    return stored


def _read(database: psycopg.Connection, ids: Sequence[int]) -> list[Snapshot]:
    return [snapshot_of(row) for row in database.execute(LINKS_BY_ID, {"ids": list(ids)})]
