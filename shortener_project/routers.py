"""Which database a model lives in."""

from typing import Any

from clickhouse_backend.models import ClickhouseModel
from django.db.models import Model

CLICKHOUSE = "clickhouse"


class ClickHouseRouter:
    """Models that subclass ClickhouseModel live in ClickHouse, all others in PostgreSQL."""

    def db_for_read(self, model: type[Model], **hints: Any) -> str | None:
        return CLICKHOUSE if issubclass(model, ClickhouseModel) else None

    def db_for_write(self, model: type[Model], **hints: Any) -> str | None:
        return self.db_for_read(model, **hints)

    def allow_migrate(self, db: str, app_label: str, model_name: str | None = None, **hints: Any) -> bool:
        """The analytics app is ClickHouse's alone; nothing else is migrated there."""
        return (app_label == "analytics") == (db == CLICKHOUSE)
