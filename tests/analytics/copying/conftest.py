"""A second engine to copy from, with tables of clicks."""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from clickhouse_driver import Client
from django.db import connections

from apps.analytics.copying.source import Source
from shortener_project.embedded.throwaway import throw_away_engines
from shortener_project.settings import connections as urls
from tests.product import ROOT

FILL = """
INSERT INTO click_events (event_id, link_id, workspace_id, timestamp, country, visitor_id, is_bot, lane)
SELECT generateUUIDv4(), number % 50, number % 3, toDateTime64('{day} 00:00:00.123', 3, 'UTC') + number % 86400,
    ['DE', 'FR'][number % 2 + 1], number % 1000, number % 10 = 0, number % 4
FROM numbers({rows})
"""


@dataclass(frozen=True, slots=True)
class Engine:
    """A running engine of its own; `url` is what CLICKHOUSE_URL takes."""

    var_dir: Path
    url: str

    def client(self) -> Client:
        return Client.from_url(self.url)

    def fill(self, day: str, rows: int) -> None:
        with self.client() as client:
            client.execute(FILL.format(day=day, rows=rows))

    def source(self) -> Source:
        return Source(urls.clickhouse(self.url))


@pytest.fixture(scope="session")
def other_engine() -> Iterator[Engine]:
    with throw_away_engines(["CLICKHOUSE_URL"], durable=False) as made:
        engine = Engine(made.var_dir, made.environment["CLICKHOUSE_URL"])
        manage(engine.url, "migrate", "--database", "clickhouse", CLICK_RETENTION_DAYS="10000")
        yield engine


@pytest.fixture
def engine(other_engine: Engine) -> Engine:
    """The other engine, with 3,000 clicks of two months and ten orphan clicks."""
    with other_engine.client() as client:
        for (table,) in client.execute("SELECT name FROM system.tables WHERE database = currentDatabase() AND engine LIKE '%MergeTree'"):
            if table != "django_migrations":
                client.execute(f"TRUNCATE TABLE {table}")
        client.execute(
            "INSERT INTO orphan_clicks (event_id, workspace_id, timestamp) "
            "SELECT generateUUIDv4(), 1, toDateTime64('2026-05-02 12:00:00', 3, 'UTC') + number FROM numbers(10)"
        )
    for day in ("2026-04-30", "2026-05-01", "2026-05-02"):
        other_engine.fill(day, 1000)
    return other_engine


def manage(clickhouse_url: str, *arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Run a management command to its end."""
    return subprocess.run(
        command(*arguments),
        env=environment_of(clickhouse_url, **environment),
        cwd=ROOT,
        text=True,
        capture_output=True,
        timeout=100,
        check=False,
    )


def command(*arguments: str) -> list[str]:
    return [sys.executable, str(ROOT / "manage.py"), *arguments]


def environment_of(clickhouse_url: str, **more: str) -> dict[str, str]:
    settings: dict[str, Any] = {"CLICKHOUSE_URL": clickhouse_url, "DJANGO_SETTINGS_MODULE": "shortener_project.settings.embedded"}
    return {**os.environ, **settings, **more}


@pytest.fixture
def target_url(db: None) -> Iterator[str]:
    """An empty database in the test run's engine."""
    place = connections["clickhouse"].settings_dict
    name = f"{place['NAME']}_to_copy_to"
    with connections["clickhouse"].cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {name}")
        cursor.execute(f"CREATE DATABASE {name}")
    yield f"clickhouse://{place['USER']}:{place['PASSWORD']}@{place['HOST']}:{place['PORT']}/{name}"
    with connections["clickhouse"].cursor() as cursor:
        cursor.execute(f"DROP DATABASE {name}")
