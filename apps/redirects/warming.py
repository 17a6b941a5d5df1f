"""Brings links into Redis before redirectors ask for them."""

from collections.abc import Iterable, Sequence

import orjson
import psycopg

from apps.common.chunks import chunks
from apps.common.redis import new_client
from apps.redirects import keys
from apps.redirects.postgres import LINKS_BY_ID, connection_arguments, snapshot_of
from apps.redirects.snapshot import Snapshot, encode

# More are never warmed at once; so many are read and written together.
MOST = 1_000
BATCH = 100
# Warmed again before it ends, as long as it is popular.
LIFE_MS = 30 * 60 * 1000
# Trending lasts no longer; redirectors make it longer still for what they are asked for again and again.
TRENDING_LIFE_MS = 6 * 60 * 60 * 1000
_PATIENCE = 2.0


def warm(link_ids: Iterable[int], *, life_ms: int = LIFE_MS) -> int:
    """Put the links with these ids, 1,000 at most, into Redis as they stand in PostgreSQL now, for `life_ms` at least;
    the number stored.

    A link that has changed since it was read is left alone: the fill compares versions, as a redirector's
    does. Raises psycopg.Error and redis.exceptions.RedisError when an engine does not answer; what was
    stored by then stays.
    """
    return _warm(link_ids, life_ms=life_ms)[1]


def warm_hottest(link_ids: Iterable[int]) -> int:
    """The same for the links that are followed most, the hottest first, and tell redirectors that start which they are."""
    ids = list(dict.fromkeys(link_ids))[:MOST]
    snapshots, stored = _warm(ids, life_ms=LIFE_MS)
    places = {snapshot.link_id: snapshot.place for snapshot in snapshots}
    hottest = [places[link_id] for link_id in ids if link_id in places]
    with new_client(socket_timeout=_PATIENCE) as redis:
        redis.set(keys.HOTTEST, orjson.dumps(hottest), px=keys.LINK_LONGEST_MS)
    return stored


def warm_trending(link_id: int) -> int:
    """The same for a link that begins to trend, for longer, and tell all redirectors to look it up before visitors ask; 1 if stored."""
    snapshots, stored = _warm([link_id], life_ms=TRENDING_LIFE_MS)
    with new_client(socket_timeout=_PATIENCE) as redis:
        for snapshot in snapshots:
            # A release that knows of no warming takes it for a change to this version, which does no harm.
            message = {"domain_id": snapshot.domain_id, "code": snapshot.code, "version": snapshot.version, "warm": True}
            redis.publish(keys.CHANNEL, orjson.dumps(message))
    return stored


def _warm(link_ids: Iterable[int], *, life_ms: int) -> tuple[list[Snapshot], int]:
    """The links that are there, and how many of them were stored."""
    ids = list(dict.fromkeys(link_ids))[:MOST]
    found: list[Snapshot] = []
    stored = 0
    if not ids:
        return found, stored
    with psycopg.connect(**connection_arguments()) as database, new_client(socket_timeout=_PATIENCE) as redis:
        fill = redis.register_script(keys.FILL)
        for some in chunks(ids, BATCH):
            snapshots = _read(database, some)
            found += snapshots
            with redis.pipeline(transaction=False) as pipeline:
                for snapshot in snapshots:
                    arguments = [snapshot.version, encode(snapshot), round(life_ms * keys.jitter())]
                    fill(keys=[keys.link_key(snapshot.domain_id, snapshot.code)], args=arguments, client=pipeline)
                stored += sum(pipeline.execute())
    return found, stored


def _read(database: psycopg.Connection, ids: Sequence[int]) -> list[Snapshot]:
    return [snapshot_of(row) for row in database.execute(LINKS_BY_ID, {"ids": list(ids)})]
