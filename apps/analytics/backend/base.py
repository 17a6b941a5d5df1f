"""django-clickhouse-backend with a schema editor for clusters; in force when CLICKHOUSE_CLUSTER is set."""

from clickhouse_backend.backend import base

from apps.analytics.backend.schema import ClusterSchemaEditor


class DatabaseWrapper(base.DatabaseWrapper):  # type: ignore[misc]
    SchemaEditorClass = ClusterSchemaEditor
