"""PostgreSQL and Redis for benchmarks: started in a folder of their own and thrown away."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from shortener_project.embedded.throwaway import throw_away_engines

ROOT = Path(__file__).resolve().parents[1]


@contextmanager
def throw_away() -> Iterator[dict[str, str]]:
    """Environment of commands that use the engines; VAR_DIR in it is removed at the end."""
    with throw_away_engines(["DATABASE_URL", "REDIS_URL"]) as engines:
        environment = {**os.environ, **engines.environment, "DJANGO_SETTINGS_MODULE": "shortener_project.settings.embedded"}
        # WhiteNoise warns when there is none.
        (engines.var_dir / "static").mkdir()
        manage(environment, "migrate", "--verbosity", "0")
        yield environment


def manage(environment: dict[str, str], *arguments: str) -> None:
    """Run a management command to its end. Raises CalledProcessError."""
    subprocess.run([sys.executable, "manage.py", *arguments], cwd=ROOT, env=environment, check=True)  # noqa: S603 - ours
