"""Statements of migrations that make sense on one server and on a cluster alike.

Models need nothing of this: in a cluster each becomes a replicated table `NAME_local` on every shard and a table `NAME` that
is distributed over them, which is asked and inserted into. What belongs to the tables' own rows (views, codecs, TTL)
is written with two marks: `{on_cluster}` after the name of what is created, altered or dropped, and `{local}` after the
name of each table. They are empty on one server.

    ddl.RunSQL(
        "CREATE MATERIALIZED VIEW sums_view{on_cluster} TO sums{local} AS SELECT … FROM click_events{local} GROUP BY …",
        "DROP VIEW sums_view{on_cluster}",
    )

An INSERT … SELECT takes neither mark: it reads from all shards and writes to where each row belongs.
"""

from typing import Any

from django.db import migrations

from apps.analytics.tables import Names


class RunSQL(migrations.RunSQL):
    """RunSQL whose statements may hold the marks. Both directions are single statements."""

    def _run_sql(self, schema_editor: Any, sqls: Any) -> None:
        if sqls != self.noop:
            schema_editor.execute(Names.of(schema_editor.connection).fill(sqls), params=None)
