"""The product's backend for clusters, on the embedded engine, which has no keeper.

What one server understands differs in this: nothing is ON CLUSTER, no table is Replicated, a Distributed table is an Alias of its
local one, clusterAllReplicas is the one server's table, and there is no other copy to wait for.
"""

import re
from typing import Any

from clickhouse_backend.driver.connection import Cursor

from apps.analytics.backend import base

_ON_CLUSTER = re.compile(r" ON CLUSTER [\"`][^\"`]+[\"`](?: SYNC)?")
_DISTRIBUTED = re.compile(
    r"ENGINE = Distributed\([^,]+, (?:currentDatabase\(\)|[\"`'](?P<database>[^,]+)[\"`']), [\"`'](?P<table>[^,]+)[\"`'],.*\)"
)
_STRUCTURE = re.compile(r" (?:AS [\"`][^\"`]+[\"`]|\(.*\)) $", re.DOTALL)
_REPLICATED = re.compile(r"(?<=ENGINE = )Replicated(?=\w*MergeTree)")
_REPLICATED_SETTINGS = re.compile(r"replicated_deduplication_window=(\d+), replicated_deduplication_window_seconds=\d+")
_ALL_REPLICAS = re.compile(r"clusterAllReplicas\([`'][^,]+[`'], (?P<database>[^,]+), (?P<table>[^,)]+)\)")
# An Alias has the columns of its table by itself.
_NOTHING_TO_DO = re.compile(r"^SYSTEM SYNC REPLICA|^ALTER TABLE \"(?!\w+_local\"|django_migrations)")


def for_one_server(sql: str) -> str:
    """What one server is told in place of `sql`."""
    if _NOTHING_TO_DO.search(sql):
        return "SELECT 1"
    # The backend's list of tables passes over an Alias.
    sql = sql.replace("AND has_own_data", "")
    sql = _ON_CLUSTER.sub("", sql)
    if found := _DISTRIBUTED.search(sql):
        sql = f"{_STRUCTURE.sub(' ', sql[: found.start()])}ENGINE = Alias(`{found['table']}`)"
    sql = _REPLICATED_SETTINGS.sub(r"non_replicated_deduplication_window=\1", _REPLICATED.sub("", sql))
    return _ALL_REPLICAS.sub(lambda found: f"{_place(found['database'])}{found['table'].strip(chr(39))}", sql)


def _place(database: str) -> str:
    return "" if database == "currentDatabase()" else f"{database}."


class _Cursor(Cursor):  # type: ignore[misc]
    statements: list[str] = []

    def execute(self, operation: str, parameters: Any = None) -> None:
        if operation.startswith("INSERT") and operation.endswith("VALUES"):
            super(Cursor, self).execute(operation, parameters)
            return
        sql = self._client.substitute_params(operation, parameters, self._client.connection.context) if parameters else operation
        if not sql.lstrip().upper().startswith("SELECT"):
            self.statements.append(sql)
        super(Cursor, self).execute(for_one_server(sql))


class DatabaseWrapper(base.DatabaseWrapper):
    # Connections are shared by alias, and this one's is the product's.
    _clickhouse_connections: dict[str, Any] = {}
    # The backend's own check for a cluster's replicas asks the servers.
    has_replicas = True

    @property
    def statements(self) -> list[str]:
        """All that the servers were told so far, as a cluster would get it."""
        return _Cursor.statements

    def create_cursor(self, name: str | None = None) -> Any:  # noqa: ARG002 - the base class's
        return self.connection.cursor(_Cursor)
