"""PostgreSQL and Redis for benchmarks: started in a folder of their own and thrown away.

They run on the core of the load generator and share it, so that the server under test has its own
to itself.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import redis

from bench._processes import ROOT, on_load_core
from shortener_project.embedded.throwaway import throw_away_engines


@contextmanager
def throw_away() -> Iterator[dict[str, str]]:
    """Environment of commands that use the engines; VAR_DIR in it is removed at the end."""
    with on_load_core(), throw_away_engines(["DATABASE_URL", "REDIS_URL"]) as engines:
        environment = {**os.environ, **engines.environment, "DJANGO_SETTINGS_MODULE": "shortener_project.settings.embedded"}
        # WhiteNoise warns when there is none.
        (engines.var_dir / "static").mkdir()
        manage(environment, "migrate", "--verbosity", "0")
        yield environment


def manage(environment: dict[str, str], *arguments: str) -> None:
    """Run a management command to its end. Raises CalledProcessError."""
    subprocess.run([sys.executable, "manage.py", *arguments], cwd=ROOT, env=environment, check=True)  # noqa: S603 - ours


def forget_redis(environment: dict[str, str]) -> None:
    """Empty Redis."""
    with redis.Redis.from_url(environment["REDIS_URL"]) as client:
        client.flushall()


def redis_hits(environment: dict[str, str]) -> int:
    """Keys that Redis was asked for and had, since it began."""
    with redis.Redis.from_url(environment["REDIS_URL"]) as client:
        return int(client.info("stats")["keyspace_hits"])
