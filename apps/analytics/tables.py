"""Names of tables: on one server, and on a cluster, where what is asked and what holds the rows are two."""

from dataclasses import dataclass
from typing import Any

from django.db import connections

DATABASE = "clickhouse"


@dataclass(frozen=True, slots=True)
class Names:
    """How statements name tables of `database`; `cluster` is "" on one server."""

    database: str
    cluster: str

    @classmethod
    def of(cls, connection: Any) -> "Names":
        """Those that hold on `connection`."""
        return cls(connection.settings_dict["NAME"], connection.migration_cluster or "")

    @property
    def on_cluster(self) -> str:
        """What follows the name of a table that is changed, so that it is changed everywhere."""
        return f" ON CLUSTER `{self.cluster}`" if self.cluster else ""

    def local(self, table: str) -> str:
        """The table that holds the rows which `table` gives."""
        return f"{table}_local" if self.cluster else table

    def everywhere(self, database: str, table: str) -> str:
        """What stands after FROM for the rows of `table` on all servers: of the one server, or of each replica of each shard."""
        return f"clusterAllReplicas(`{self.cluster}`, `{database}`, `{table}`)" if self.cluster else f"`{database}`.`{table}`"

    def fill(self, sql: str) -> str:
        """`sql` with its marks `{on_cluster}` and `{local}` filled in."""
        return sql.replace("{on_cluster}", self.on_cluster).replace("{local}", self.local(""))


def names() -> Names:
    """How statements name the tables of clicks."""
    return Names.of(connections[DATABASE])
