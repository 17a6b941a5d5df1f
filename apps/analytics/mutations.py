"""Deleting rows of ClickHouse for good, which it does in the background."""

import time
from collections.abc import Sequence
from typing import Any

from apps.analytics.store import run
from apps.events.errors import SinkUnavailable

# Rewriting large tables takes minutes (s).
_PATIENCE = 3600.0
_ASK_EVERY = 0.1
_PENDING = "SELECT count(), any(latest_fail_reason) FROM system.mutations WHERE database = currentDatabase() AND table = %s AND NOT is_done"


def delete(table: str, where: str, parameters: Sequence[Any]) -> None:
    """Delete the rows of `table` for which `where` holds; they are gone on return. Raises SinkUnavailable."""
    # Waited for by asking: a connection that says nothing for long is taken for dead.
    run(f"ALTER TABLE {table} DELETE WHERE {where}", parameters, mutations_sync=0)
    deadline = time.monotonic() + _PATIENCE
    while True:
        [(pending, failure)] = run(_PENDING, [table])
        if not pending:
            return
        if failure or time.monotonic() > deadline:
            raise SinkUnavailable(f"ClickHouse: {table} is not rewritten: {failure or 'it takes too long'}")
        time.sleep(_ASK_EVERY)
