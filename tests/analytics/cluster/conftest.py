"""The product on a cluster, in a database of its own."""

from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connections

from shortener_project.settings import connections as urls
from tests.analytics.cluster.backend.base import DatabaseWrapper


@pytest.fixture
def cluster(db: None, settings: Any) -> Iterator[DatabaseWrapper]:
    """A connection to the cluster `main` that stands in for ClickHouse's; its database is empty."""
    own = connections["clickhouse"]
    settings.CLICK_RETENTION_DAYS = 0
    wrapper = _connect(own, f"{own.settings_dict['NAME']}_of_cluster")
    with own.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {wrapper.settings_dict['NAME']}")
        cursor.execute(f"CREATE DATABASE {wrapper.settings_dict['NAME']}")
    wrapper.statements.clear()
    connections["clickhouse"] = wrapper
    yield wrapper
    connections["clickhouse"] = own
    wrapper.connection.close()
    wrapper._clickhouse_connections.clear()
    with own.cursor() as cursor:
        cursor.execute(f"DROP DATABASE {wrapper.settings_dict['NAME']}")


@pytest.fixture
def migrated(cluster: DatabaseWrapper) -> DatabaseWrapper:
    """`cluster` after `migrate`."""
    call_command("migrate", database="clickhouse", interactive=False, stdout=StringIO())
    return cluster


def _connect(own: Any, database: str) -> DatabaseWrapper:
    place = own.settings_dict
    config = urls.clickhouse(f"clickhouse://{place['USER']}:{place['PASSWORD']}@{place['HOST']}:{place['PORT']}/{database}", cluster="main")
    connections.configure_settings({"default": {}, "clickhouse": config})
    return DatabaseWrapper({**own.settings_dict, **config}, alias="clickhouse")
