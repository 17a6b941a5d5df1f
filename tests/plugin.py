"""Starts throw-away engines before Django reads its settings, and ends them after the run.

Loaded by `-p tests.plugin` (pyproject.toml). A URL variable that is already set is left alone: the
tests then use that server. Workers of pytest-xdist inherit the environment from the process that
started them; each has a Redis database and test databases of its own.
"""

import os
import shutil
import signal
import tempfile
from collections.abc import Generator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from shortener_project.embedded import clickhouse_engine, wiring
from shortener_project.embedded.commands import Command, Process, spawn
from shortener_project.embedded.engines import engines_for, start_engines, stop_processes
from shortener_project.embedded.errors import EngineError
from shortener_project.embedded.folders import make_runtime_dir, make_var_dir

VARIABLES = ("DATABASE_URL", "REDIS_URL", "CLICKHOUSE_URL")
_running = ExitStack()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None, Any, Any]:
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    if worker:
        os.environ["REDIS_URL"] = own_redis(os.environ["REDIS_URL"], int(worker.removeprefix("gw")))
    elif not (early_config.known_args_namespace.help or early_config.known_args_namespace.version):
        _running.enter_context(throw_away_engines())
    try:
        return (yield)
    except BaseException:
        _running.close()
        raise


def pytest_unconfigure() -> None:
    _running.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Lone surrogates that a test has logged must not keep a worker from reporting it."""
    report = yield
    report.sections = [(name, text.encode("utf-8", "backslashreplace").decode()) for name, text in report.sections]
    return report


@contextmanager
def throw_away_engines() -> Generator[None]:
    """The engines whose URL variables are unset, in a directory that is removed at the end."""
    var_dir = Path(tempfile.mkdtemp(prefix="shortener-tests-"))
    # PostgreSQL started by root runs as nobody, who has to pass through.
    var_dir.chmod(0o711)
    os.environ["VAR_DIR"] = str(var_dir)
    os.environ["SPOOL_DIR"] = str(var_dir / "spool")
    missing = [name for name in VARIABLES if not os.environ.get(name)]
    if not clickhouse_engine.is_installed():
        missing.remove("CLICKHOUSE_URL")
    engines = engines_for(missing, var_dir, durable=False)
    processes: list[tuple[Process, signal.Signals]] = []

    def start(name: str, command: Command) -> Process:
        with (var_dir / "log" / f"{name}.log").open("ab") as log:
            process = spawn(command, log)
        processes.append((process, command.stop_signal))
        return process

    try:
        make_var_dir(var_dir)
        make_runtime_dir(var_dir)
        try:
            start_engines(engines, start)
        except EngineError as error:
            raise pytest.UsageError(f"{error}\n{_logs(var_dir)}") from error
        urls = wiring.embedded_urls(var_dir)
        values = {"DATABASE_URL": urls.database, "REDIS_URL": urls.redis, "CLICKHOUSE_URL": urls.clickhouse}
        os.environ.update({name: values[name] for name in missing})
        yield
    finally:
        stop_processes(processes, seconds=8)
        for directory in (var_dir, wiring.runtime_dir(var_dir)):
            with suppress(FileNotFoundError):
                shutil.rmtree(directory)


def _logs(var_dir: Path) -> str:
    """The end of the engines' logs."""
    return "\n".join(f"{log.name}: {log.read_text(errors='replace')[-2000:]}" for log in (var_dir / "log").iterdir())


def own_redis(url: str, number: int) -> str:
    """`url` with the database `number` of Redis; those from 8 to 15 belong to the tests of the bus."""
    separator = "&" if "?" in url else "?"
    return f"{url}{separator}db={number if number < 8 else number + 8}"
