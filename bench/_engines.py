"""PostgreSQL, Redis and ClickHouse for benchmarks: started in a folder of their own and thrown away.

They run on the core of the load generator and share it, so that the server under test has its own
to itself.
"""

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass

import redis

from bench._processes import ROOT, on_load_core
from shortener_project.embedded.throwaway import throw_away_engines


@contextmanager
def throw_away(variables: Sequence[str] = ("DATABASE_URL", "REDIS_URL"), *, on_one_core: bool = True) -> Iterator[dict[str, str]]:
    """Environment of commands that use the engines of `variables`; VAR_DIR in it is removed at the end.

    The engines have all cores when they are what is measured: not `on_one_core`.
    """
    with on_load_core() if on_one_core else nullcontext(), throw_away_engines(variables) as engines:
        environment = {**os.environ, **engines.environment, "DJANGO_SETTINGS_MODULE": "shortener_project.settings.embedded"}
        # All load comes from one address: its tokens are counted, and last.
        environment |= {"RATE_LIMIT_REDIRECT": "1000000/10", "RATE_LIMIT_UNKNOWN_CODE": "1000000/10"}
        # Visitors' pages name files by what is in them.
        manage(environment, "collectstatic", "--no-input", "--verbosity", "0")
        manage(environment, "migrate", "--verbosity", "0")
        yield environment


def manage(environment: dict[str, str], *arguments: str) -> None:
    """Run a management command to its end. Raises CalledProcessError."""
    subprocess.run([sys.executable, "manage.py", *arguments], cwd=ROOT, env=environment, check=True)  # noqa: S603 - ours


def forget_redis(environment: dict[str, str]) -> None:
    """Empty Redis."""
    with redis.Redis.from_url(environment["REDIS_URL"]) as client:
        client.flushall()


@dataclass(frozen=True, slots=True)
class RedisReads:
    """Keys that Redis was asked for since it began: those that it had, and those that it had not."""

    hits: int
    misses: int


def redis_reads(environment: dict[str, str]) -> RedisReads:
    """Redis' own count."""
    with redis.Redis.from_url(environment["REDIS_URL"]) as client:
        told = client.info("stats")
    return RedisReads(int(told["keyspace_hits"]), int(told["keyspace_misses"]))
