"""Removing clicks for good."""

from clickhouse_driver.errors import Error as DriverError
from django.db import Error as DatabaseError
from django.db import connections

from apps.analytics.store import DATABASE
from apps.events.errors import SinkUnavailable

_TABLES = ("click_events", "clicks_hourly", "orphan_clicks")


def delete_workspace_clicks(*, workspace_id: int) -> None:
    """Remove all clicks on links of the workspace, from the table and the rollup, and the orphan clicks on its domains.

    Raises SinkUnavailable when ClickHouse does not answer.
    """
    try:
        with connections[DATABASE].cursor() as cursor:
            for table in _TABLES:
                cursor.execute(f"ALTER TABLE {table} DELETE WHERE workspace_id = %s", [workspace_id])
    except (DatabaseError, DriverError, EOFError, OSError) as error:
        raise SinkUnavailable(f"ClickHouse: {error}") from error
