"""Starts throw-away engines before Django reads its settings, and ends them after the run.

Loaded by `-p tests.plugin` (pyproject.toml). A URL variable that is already set is left alone: the
tests then use that server. Workers of pytest-xdist inherit the environment from the process that
started them; each has a Redis database and test databases of its own.
"""

import os
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest

from shortener_project.embedded.errors import EngineError
from shortener_project.embedded.throwaway import throw_away_engines

VARIABLES = ("DATABASE_URL", "REDIS_URL", "CLICKHOUSE_URL")
_running = ExitStack()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None, Any, Any]:
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    if worker:
        os.environ["REDIS_URL"] = own_redis(os.environ["REDIS_URL"], int(worker.removeprefix("gw")))
    elif not (early_config.known_args_namespace.help or early_config.known_args_namespace.version):
        _running.enter_context(engines_in_environment())
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
def engines_in_environment() -> Generator[None]:
    """The engines whose URL variables are unset, named by them for as long as the block lasts."""
    missing = [name for name in VARIABLES if not os.environ.get(name)]
    try:
        with throw_away_engines(missing, durable=False) as engines:
            os.environ.update(engines.environment)
            yield
    except EngineError as error:
        raise pytest.UsageError(str(error)) from error


def own_redis(url: str, number: int) -> str:
    """`url` with the database `number` of Redis; those from 8 to 15 belong to the tests of the bus."""
    separator = "&" if "?" in url else "?"
    return f"{url}{separator}db={number if number < 8 else number + 8}"
