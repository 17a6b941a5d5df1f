"""How long clicks are kept: the tables' TTL follows the setting CLICK_RETENTION_DAYS."""

from typing import Any

from django.conf import settings
from django.db import connections

from apps.analytics.rollups import ROLLUPS
from apps.analytics.tables import DATABASE, Names

_TIME_COLUMNS = {"click_events": "timestamp", "orphan_clicks": "timestamp", **{rollup.table: rollup.time for rollup in ROLLUPS}}


def follow_setting(*, using: str, **_kwargs: Any) -> None:
    """Give the tables the TTL that the setting asks for, where it differs; 0 days keep for ever.

    Runs after each `migrate` of ClickHouse. Rows that have grown too old go in the background.
    """
    if using != DATABASE:
        return
    place = Names.of(connections[using])
    columns = {place.local(table): column for table, column in _TIME_COLUMNS.items()}
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT name, engine_full FROM system.tables WHERE database = %s AND name IN %s", [place.database, list(columns)])
        for table, engine in cursor.fetchall():
            if change := _change(engine, column=columns[table], days=settings.CLICK_RETENTION_DAYS):
                # A rewrite of the old parts may take long; a migration does not wait for it.
                cursor.cursor.set_settings({"mutations_sync": 0})
                cursor.execute(f"ALTER TABLE {table}{place.on_cluster} {change}")


def _change(engine: str, *, column: str, days: int) -> str:
    """What to alter in a table whose full engine is `engine`; "" for nothing."""
    if days <= 0:
        return "REMOVE TTL" if " TTL " in engine else ""
    ttl = f"TTL toDateTime({column}) + toIntervalDay({days})"
    return "" if f" {ttl} " in f"{engine} " else f"MODIFY {ttl}"
