"""Engines in a folder of their own that is removed afterwards: for tests and benchmarks."""

import shutil
import signal
import tempfile
from collections.abc import Collection, Generator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from shortener_project.embedded import wiring
from shortener_project.embedded.commands import Command, Process, spawn
from shortener_project.embedded.engines import engines_for, start_engines, stop_processes
from shortener_project.embedded.errors import EngineError
from shortener_project.embedded.folders import make_runtime_dir, make_var_dir

_STOP_SECONDS = 8


@dataclass(frozen=True, slots=True)
class ThrowAway:
    """`environment` holds VAR_DIR, SPOOL_DIR and the URL variables of the engines."""

    var_dir: Path
    environment: Mapping[str, str]


@contextmanager
def throw_away_engines(variables: Collection[str], *, durable: bool = True) -> Generator[ThrowAway]:
    """The engines that stand for the URL variables named, ready until the block ends.

    Raises EngineError, with the end of the engines' logs, when one does not start.
    """
    var_dir = Path(tempfile.mkdtemp(prefix="shortener-tests-"))
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
        try:
            start_engines(engines_for(list(variables), var_dir, durable=durable), start)
        except EngineError as error:
            raise EngineError(f"{error}\n{_logs(var_dir)}") from error
        yield ThrowAway(var_dir, _environment(var_dir, variables))
    finally:
        stop_processes(processes, seconds=_STOP_SECONDS)
        for directory in (var_dir, wiring.runtime_dir(var_dir)):
            with suppress(FileNotFoundError):
                shutil.rmtree(directory)


def _environment(var_dir: Path, variables: Collection[str]) -> dict[str, str]:
    urls = wiring.embedded_urls(var_dir)
    values = {"DATABASE_URL": urls.database, "REDIS_URL": urls.redis, "CLICKHOUSE_URL": urls.clickhouse}
    return {"VAR_DIR": str(var_dir), "SPOOL_DIR": str(var_dir / "spool"), **{name: values[name] for name in variables}}


def _logs(var_dir: Path) -> str:
    """The end of the engines' logs."""
    return "\n".join(f"{log.name}: {log.read_text(errors='replace')[-2000:]}" for log in (var_dir / "log").iterdir())
