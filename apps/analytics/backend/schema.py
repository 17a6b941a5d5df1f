"""DDL of a cluster: for each model a replicated table on every shard, and one that is distributed over them."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from clickhouse_backend.backend.schema import DatabaseSchemaEditor
from clickhouse_backend.models import BaseMergeTree, Distributed

from apps.analytics.engines import replicated
from apps.analytics.tables import Names


class ClusterSchemaEditor(DatabaseSchemaEditor):  # type: ignore[misc]
    """Does to both tables of a model what its base class does to one, on all servers of the cluster.

    Tables of other engines than MergeTree's family, such as that of the applied migrations, are left to the base class.
    """

    def create_model(self, model: Any) -> None:
        if not _is_sharded(model):
            super().create_model(model)
            return
        with self._as_local(model):
            super().create_model(model)
        self.execute(self._distributed_sql(model), params=None)

    def delete_model(self, model: Any) -> None:
        # What is asked goes before what it asks.
        with self._as_distributed(model):
            super().delete_model(model)
        with self._as_local(model):
            super().delete_model(model)

    def add_field(self, model: Any, field: Any) -> None:
        with self._as_local(model):
            super().add_field(model, field)
        with self._as_distributed(model):
            super().add_field(model, field)

    def remove_field(self, model: Any, field: Any) -> None:
        with self._as_distributed(model):
            super().remove_field(model, field)
        with self._as_local(model):
            super().remove_field(model, field)

    def add_index(self, model: Any, index: Any) -> None:
        with self._as_local(model):
            super().add_index(model, index)

    def remove_index(self, model: Any, index: Any) -> None:
        with self._as_local(model):
            super().remove_index(model, index)

    def alter_field(self, model: Any, old_field: Any, new_field: Any, strict: bool = False) -> None:  # noqa: FBT001, FBT002 - the base class's
        for stands_for in (self._as_local, self._as_distributed):
            with stands_for(model):
                super().alter_field(model, old_field, new_field, strict)

    def _distributed_sql(self, model: Any) -> str:
        table, names = model._meta.db_table, Names.of(self.connection)
        local, quoted = names.local(table), self.quote_name
        return (
            f"CREATE TABLE {quoted(table)}{names.on_cluster} AS {quoted(local)} "
            f"ENGINE = Distributed({quoted(names.cluster)}, {quoted(names.database)}, {quoted(local)}, {_sharding_key(model)})"
        )

    @contextmanager
    def _as_local(self, model: Any) -> Iterator[None]:
        names = Names.of(self.connection)
        with _changed(model, db_table=names.local(model._meta.db_table), engine=replicated(model._meta.engine), cluster=names.cluster):
            yield

    @contextmanager
    def _as_distributed(self, model: Any) -> Iterator[None]:
        names = Names.of(self.connection)
        # The base class asks for the engine: rows of such a table cannot be altered.
        engine = Distributed(names.cluster, names.database, names.local(model._meta.db_table))
        with _changed(model, engine=engine, cluster=names.cluster):
            yield


def _is_sharded(model: Any) -> bool:
    """Whether the rows of `model` lie on all shards. The table of the applied migrations names its own cluster."""
    return isinstance(getattr(model._meta, "engine", None), BaseMergeTree) and not getattr(model._meta, "cluster", None)


def _sharding_key(model: Any) -> str:
    """All clicks on a link and all that sums them up lie on one shard; of other rows, those that are merged with one another."""
    if any(field.column == "link_id" for field in model._meta.local_fields):
        return "intHash64(link_id)"
    return f"cityHash64({', '.join(model._meta.engine.order_by)})"


@contextmanager
def _changed(model: Any, **options: Any) -> Iterator[None]:
    """`model` with other options of its table while the block lasts."""
    absent = object()
    kept = {name: getattr(model._meta, name, absent) for name in options}
    for name, value in options.items():
        setattr(model._meta, name, value)
    try:
        yield
    finally:
        for name, value in kept.items():
            if value is absent:
                delattr(model._meta, name)
            else:
                setattr(model._meta, name, value)
