"""The engines of a stage, that can be killed, stopped, and started again with their data or empty."""

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from signal import SIGCONT, SIGINT, SIGKILL, SIGQUIT, SIGSTOP, Signals

from shortener_project.embedded import wiring
from shortener_project.embedded.commands import Command, Process, spawn
from shortener_project.embedded.engines import READY_SECONDS, Engine, await_engine, engines_for, start_engines, stop_processes
from shortener_project.embedded.folders import make_runtime_dir, make_var_dir
from shortener_project.embedded.valkey import Valkey

DATABASE, REDIS, CLICKHOUSE = "postgresql", "valkey", "clickhouse"
# How PostgreSQL is told to end fast, and at once.
FAST, IMMEDIATE = SIGINT, SIGQUIT
VARIABLES = ("DATABASE_URL", "REDIS_URL", "CLICKHOUSE_URL")


class Engines:
    """PostgreSQL, Valkey and ClickHouse in `var_dir`. For the main thread (see `commands.spawn`)."""

    def __init__(self, var_dir: Path) -> None:
        self.var_dir = var_dir
        self.urls = wiring.embedded_urls(var_dir)
        self._engines: dict[str, Engine] = {}
        self._processes: dict[str, Process] = {}

    def start_all(self) -> None:
        """Ready when it returns. Raises EngineError."""
        make_var_dir(self.var_dir)
        make_runtime_dir(self.var_dir)
        engines = engines_for(VARIABLES, self.var_dir)
        self._engines = {engine.name: engine for engine in engines}
        start_engines(engines, self._spawn)
        # Passwords and ports are known only now.
        self.urls = wiring.embedded_urls(self.var_dir)

    def start(self, name: str, *, options: Sequence[str] = ()) -> None:
        """Start an engine that is down, with `options` added to its command line; ready when it returns."""
        engine = self._engines[name]
        command = engine.command()
        process = self._spawn(name, Command([*command.arguments, *options], command.environment, command.user, command.directory))
        await_engine(engine, process, lambda: False)

    def send(self, name: str, number: Signals) -> None:
        """Send a signal to the engine's process."""
        self._processes[name].send_signal(number)

    def pause(self, name: str) -> None:
        self.send(name, SIGSTOP)

    def resume(self, name: str) -> None:
        self.send(name, SIGCONT)

    def kill(self, name: str) -> None:
        """kill -9; returns when it has ended."""
        self.end(name, SIGKILL)

    def end(self, name: str, number: Signals) -> None:
        """Send a signal that ends the engine, and wait for it."""
        self.send(name, number)
        try:
            self._processes[name].wait(READY_SECONDS)
        except subprocess.TimeoutExpired:
            self._processes[name].kill()
            raise

    def empty_redis(self) -> None:
        """Throw away what Redis has written; it must be down."""
        engine = self._engines[REDIS]
        assert isinstance(engine, Valkey)
        shutil.rmtree(engine.data)
        engine.prepare()

    def is_running(self, name: str) -> bool:
        return self._processes[name].poll() is None

    def restore(self) -> None:
        """Whatever a fault has done to the engines, all run when this returns."""
        for name, process in self._processes.items():
            if process.poll() is None:
                process.send_signal(SIGCONT)
            else:
                self.start(name)

    def stop_all(self) -> None:
        """End all, those that are stopped too, and remove what lies outside of `var_dir`."""
        running = [(name, process) for name, process in self._processes.items() if process.poll() is None]
        for _name, process in running:
            process.send_signal(SIGCONT)
        stop_processes([(process, self._engines[name].command().stop_signal) for name, process in running], seconds=8)
        shutil.rmtree(wiring.runtime_dir(self.var_dir), ignore_errors=True)

    def log_of(self, name: str) -> Path:
        return self.var_dir / "log" / f"{name}.log"

    def _spawn(self, name: str, command: Command) -> Process:
        with self.log_of(name).open("ab") as log:
            process = self._processes[name] = spawn(command, log)
        return process
