"""Starting several engines at once, awaiting and ending them."""

import signal
import subprocess
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import Protocol

from shortener_project.embedded.clickhouse_engine import ClickHouse
from shortener_project.embedded.commands import Command, Process
from shortener_project.embedded.errors import EngineError
from shortener_project.embedded.postgres import Postgres
from shortener_project.embedded.valkey import Valkey

# Seconds that an engine has to become ready; recovery after a crash reads logs first.
READY_SECONDS = 60.0
_POLL_SECONDS = 0.02


class Engine(Protocol):
    """One embedded engine. `prepare` and `is_ready` may run in any thread."""

    name: str
    variable: str

    @property
    def place(self) -> str: ...
    def prepare(self) -> None: ...
    def command(self) -> Command: ...
    def is_ready(self) -> bool: ...


# Starts the process of a name.
Start = Callable[[str, Command], Process]


def engines_for(variables: Iterable[str], var_dir: Path, *, durable: bool = True) -> list[Engine]:
    """The engines that stand in for the URL variables named. Raises EngineError."""
    made: Mapping[str, Callable[[], Engine]] = {
        "DATABASE_URL": lambda: Postgres(var_dir, durable=durable),
        "REDIS_URL": lambda: Valkey(var_dir),
        "CLICKHOUSE_URL": lambda: ClickHouse(var_dir),
    }
    return [made[variable]() for variable in variables]


def _never() -> bool:
    return False


def start_engines(engines: Sequence[Engine], start: Start, *, should_stop: Callable[[], bool] = _never) -> None:
    """Prepare, start and await `engines`, all at once; `start` is called in this thread.

    Returns early, with engines that are not ready, when `should_stop` says so. Raises EngineError or
    OSError for the first that fails; those that run then are left to the caller.
    """
    with ThreadPoolExecutor(max_workers=2 * len(engines) or 1) as pool:
        prepared = {pool.submit(engine.prepare): engine for engine in engines}
        awaited = []
        for done in as_completed(prepared):
            done.result()
            engine = prepared[done]
            awaited.append(pool.submit(await_engine, engine, start(engine.name, engine.command()), should_stop))
        for ready in as_completed(awaited):
            ready.result()


def await_engine(engine: Engine, process: Process, should_stop: Callable[[], bool]) -> None:
    """Return when `engine` answers or `should_stop` says so. Raises EngineError when it has ended or takes too long."""
    deadline = time.monotonic() + READY_SECONDS
    while not should_stop() and not engine.is_ready():
        if process.poll() is not None:
            raise EngineError(f"{engine.name}: ended with exit code {process.returncode} instead of becoming ready")
        if time.monotonic() > deadline:
            raise EngineError(f"{engine.name}: not ready after {READY_SECONDS:.0f} s")
        time.sleep(_POLL_SECONDS)


def stop_processes(processes: Iterable[tuple[Process, signal.Signals]], *, seconds: float) -> list[Process]:
    """Tell all to end, each by its signal, wait, and kill what is left after `seconds`; returns the killed."""
    pending = [(process, number) for process, number in processes if process.poll() is None]
    for process, number in pending:
        process.send_signal(number)
    deadline = time.monotonic() + seconds
    killed = []
    for process, _number in pending:
        try:
            process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            killed.append(process)
    return killed
