"""PostgreSQL and Redis for benchmarks: started in a folder of their own and thrown away."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp

from shortener_project.embedded import wiring
from shortener_project.embedded.commands import Command, Process, spawn
from shortener_project.embedded.engines import engines_for, start_engines, stop_processes
from shortener_project.embedded.folders import make_runtime_dir, make_var_dir

ROOT = Path(__file__).resolve().parents[1]


@contextmanager
def throw_away() -> Iterator[dict[str, str]]:
    """Environment of commands that use the engines; VAR_DIR in it is removed at the end."""
    var_dir = Path(mkdtemp(prefix="shortener-bench-"))
    # PostgreSQL started by root runs as nobody, who has to pass through.
    var_dir.chmod(0o711)
    processes: list[tuple[Process, signal.Signals]] = []

    def start(name: str, command: Command) -> Process:
        with (var_dir / "log" / f"{name}.log").open("ab") as log:
            process = spawn(command, log)
        processes.append((process, command.stop_signal))
        return process

    try:
        make_var_dir(var_dir)
        make_runtime_dir(var_dir)
        start_engines(engines_for(["DATABASE_URL", "REDIS_URL"], var_dir), start)
        urls = wiring.embedded_urls(var_dir)
        environment = {
            **os.environ,
            "VAR_DIR": str(var_dir),
            "SPOOL_DIR": str(var_dir / "spool"),
            "DATABASE_URL": urls.database,
            "REDIS_URL": urls.redis,
            "DJANGO_SETTINGS_MODULE": "shortener_project.settings.embedded",
        }
        # WhiteNoise warns when there is none.
        (var_dir / "static").mkdir()
        manage(environment, "migrate", "--verbosity", "0")
        yield environment
    finally:
        stop_processes(processes, seconds=8)
        for folder in (var_dir, wiring.runtime_dir(var_dir)):
            rmtree(folder, ignore_errors=True)


def manage(environment: dict[str, str], *arguments: str) -> None:
    """Run a management command to its end. Raises CalledProcessError."""
    subprocess.run([sys.executable, "manage.py", *arguments], cwd=ROOT, env=environment, check=True)  # noqa: S603 - ours
