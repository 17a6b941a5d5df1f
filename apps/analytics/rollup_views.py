"""Materialised views that begin with what is stored already."""

from collections.abc import Iterator, Mapping
from itertools import pairwise
from math import ceil
from typing import Any

from django.db import migrations

from apps.analytics.exclusion import erasing
from apps.analytics.tables import Names

# Rows that are summed up in one statement, which takes a few seconds.
_AT_ONCE = 1_000_000
_MONTHS = "SELECT toYYYYMM({time}, 'UTC') AS month, count() FROM {source} GROUP BY month ORDER BY month"
_CUTS = "SELECT quantiles({levels})(link_id) FROM {source} WHERE toYYYYMM({time}, 'UTC') = {month}"
_FILL = "INSERT INTO {table} ({columns}) SELECT {columns} FROM ({select} FROM {source} WHERE {where} {group})"
_VIEW = "CREATE MATERIALIZED VIEW {table}_view{{on_cluster}} TO {table}{{local}} AS {select} FROM {source}{{local}} {group}"
_ALL_IDS = 2**64 - 1


class Create(migrations.RunPython):
    """Creates for each table of `views` the view NAME_view, which sums up what is inserted into `source` from then on, after the
    table has been filled with what is there; `views` holds what is selected, and how it is grouped. `time` is a column of
    `source`, whose rows have a link.

    Nobody stores clicks meanwhile: consumers that run wait, so none is left out and none is counted twice. One that is
    interrupted begins anew when it is run again.
    """

    def __init__(self, *, source: str, time: str, views: Mapping[str, tuple[str, str]]) -> None:
        self._source, self._time, self._views = source, time, views
        super().__init__(self._create, self._drop)

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return type(self).__name__, [], {"source": self._source, "time": self._time, "views": self._views}

    def _create(self, _apps: Any, schema_editor: Any) -> None:
        names = Names.of(schema_editor.connection)
        with erasing(), schema_editor.connection.cursor() as cursor:
            cursor.cursor.set_settings({"insert_deduplicate": 0, "max_execution_time": 0, "distributed_foreground_insert": 1})
            places = list(_places(cursor, self._source, self._time))
            for table, (select, group) in self._views.items():
                cursor.execute(names.fill(f"DROP VIEW IF EXISTS {table}_view{{on_cluster}}"))
                cursor.execute(names.fill(f"TRUNCATE TABLE {table}{{local}}{{on_cluster}}"))
                columns = _columns(cursor, table)
                for where in places:
                    cursor.execute(_FILL.format(table=table, columns=columns, select=select, source=self._source, where=where, group=group))
                cursor.execute(names.fill(_VIEW.format(table=table, select=select, source=self._source, group=group)))

    def _drop(self, _apps: Any, schema_editor: Any) -> None:
        names = Names.of(schema_editor.connection)
        for table in self._views:
            schema_editor.execute(names.fill(f"DROP VIEW {table}_view{{on_cluster}}"), params=None)


def _columns(cursor: Any, table: str) -> str:
    cursor.execute("SELECT name FROM system.columns WHERE database = currentDatabase() AND table = %s ORDER BY position", [table])
    return ", ".join(name for (name,) in cursor.fetchall())


def _places(cursor: Any, source: str, time: str) -> Iterator[str]:
    """Conditions that each hold for about _AT_ONCE rows that lie together; for each row one of them holds."""
    cursor.execute(_MONTHS.format(time=time, source=source))
    for month, rows in cursor.fetchall():
        parts = ceil(rows / _AT_ONCE)
        cuts = []
        if parts > 1:
            levels = ", ".join(str(number / parts) for number in range(1, parts))
            cursor.execute(_CUTS.format(levels=levels, source=source, time=time, month=month))
            cuts = sorted({int(cut) for cut in cursor.fetchone()[0]})
        for first, last in pairwise([-1, *cuts, _ALL_IDS]):
            yield f"toYYYYMM({time}, 'UTC') = {month} AND link_id BETWEEN {first + 1} AND {last}"
