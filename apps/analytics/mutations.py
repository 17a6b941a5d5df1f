"""Deleting rows of ClickHouse for good, which it does in the background."""

import time
from collections.abc import Sequence
from typing import Any

from apps.analytics.store import run
from apps.analytics.tables import names
from apps.events.errors import SinkUnavailable

# Rewriting large tables takes minutes (s).
_PATIENCE = 3600.0
_ASK_EVERY = 0.1
_DELETE = "ALTER TABLE {local}{on_cluster} DELETE WHERE {where}"
_PENDING = "SELECT count(), any(latest_fail_reason) FROM {mutations} WHERE database = %s AND table = %s AND NOT is_done"
_LEFT = "SELECT count() FROM {copies} WHERE {where}"


def delete(table: str, where: str, parameters: Sequence[Any]) -> None:
    """Delete the rows of `table` for which `where` holds; on return they are gone from all servers. Raises SinkUnavailable.

    None may be added meanwhile.
    """
    place = names()
    local = place.local(table)
    # Waited for by asking: a connection that says nothing for long is taken for dead.
    run(_DELETE.format(local=local, on_cluster=place.on_cluster, where=where), parameters, mutations_sync=0)
    deadline = time.monotonic() + _PATIENCE
    while True:
        [(pending, failure)] = run(_PENDING.format(mutations=place.everywhere("system", "mutations")), [place.database, local])
        # A replica may not have heard of it yet, and so have nothing pending.
        if not pending and not (place.cluster and _left(place.everywhere(place.database, local), where, parameters)):
            return
        if failure or time.monotonic() > deadline:
            raise SinkUnavailable(f"ClickHouse: {table} is not rewritten: {failure or 'it takes too long'}")
        time.sleep(_ASK_EVERY)


def _left(copies: str, where: str, parameters: Sequence[Any]) -> int:
    [(count,)] = run(_LEFT.format(copies=copies, where=where), parameters)
    return int(count)
