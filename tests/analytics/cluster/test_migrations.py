"""What a cluster is told by `migrate`, to the letter; `UPDATE_GOLDEN=1` in the environment writes it anew."""

import os
import re
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connections

from tests.analytics.cluster.backend.base import DatabaseWrapper

pytestmark = pytest.mark.django_db(databases=["default", "clickhouse"])

GOLDEN = Path(__file__).parent


def golden(name: str, text: str) -> str:
    """The text kept under `name`, which is `text` from now on when the environment says so."""
    file = GOLDEN / name
    if os.environ.get("UPDATE_GOLDEN"):
        file.write_text(text, encoding="utf-8")
    return file.read_text(encoding="utf-8")


def clickhouse(sql: str) -> list[tuple[object, ...]]:
    with connections["clickhouse"].cursor() as cursor:
        cursor.execute(sql)
        return list(cursor.fetchall())


def written(statements: list[str], database: str) -> str:
    """One statement a line; what fills new tables with old rows is left out."""
    lines = (re.sub(r"\s+", " ", sql).strip().replace(database, "analytics") for sql in statements)
    return "".join(f"{line};\n" for line in lines if not line.startswith("INSERT"))


def test_a_cluster_is_told_what_is_kept_and_can_be_told_to_forget_it(migrated: DatabaseWrapper) -> None:
    told = written(migrated.statements, migrated.settings_dict["NAME"])

    assert told == golden("cluster.sql", told)
    # A cursor that tells the engine what it is given: what its parser takes, it gives back.
    with migrated.connection.cursor() as cursor:
        for sql in told.splitlines():
            cursor.execute("SELECT formatQuery(%s)", [sql])
            assert cursor.fetchall()
    columns = "SELECT groupArray((name, type)) FROM system.columns WHERE database = currentDatabase() AND table = "
    for table in (
        "click_events",
        "clicks_hourly",
        "clicks_daily",
        "workspace_clicks",
        "workspace_visitors",
        "values_daily",
        "orphan_clicks",
    ):
        assert clickhouse(f"{columns}'{table}'") == clickhouse(f"{columns}'{table}_local'") != [([],)]

    call_command("migrate", "analytics", "zero", database="clickhouse", interactive=False, verbosity=0)

    left = {name for (name,) in clickhouse("SELECT name FROM system.tables WHERE database = currentDatabase()")}
    assert left == {"django_migrations", "distributed_django_migrations"}


@pytest.mark.usefixtures("clickhouse")
def test_one_server_has_the_tables_that_are_kept() -> None:
    tables = clickhouse("SELECT name, create_table_query FROM system.tables WHERE database = currentDatabase() ORDER BY name")
    made = written([str(sql) for _name, sql in tables], connections["clickhouse"].settings_dict["NAME"])

    assert made == golden("one_server.sql", made)


def kept() -> list[str]:
    return (GOLDEN / "cluster.sql").read_text(encoding="utf-8").splitlines()


def test_all_that_changes_a_table_changes_it_everywhere() -> None:
    assert kept()
    assert [sql for sql in kept() if " ON CLUSTER " not in sql] == []


def test_views_read_and_fill_tables_of_their_own_shard() -> None:
    views = [sql for sql in kept() if "CREATE MATERIALIZED VIEW" in sql]

    assert len(views) == 5
    for sql in views:
        assert re.search(r" TO \w+_local AS", sql)
        assert "FROM click_events_local" in sql


def test_rows_of_a_distributed_table_are_never_altered() -> None:
    assert [sql for sql in kept() if re.match(r"ALTER TABLE \S+(?<!_local\") ON CLUSTER \S+ (UPDATE|DELETE|ADD INDEX)", sql)] == []
