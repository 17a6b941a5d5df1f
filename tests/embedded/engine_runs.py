"""Starting engines inside a test."""

import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from shortener_project.embedded import wiring
from shortener_project.embedded.commands import Command, Process, spawn
from shortener_project.embedded.engines import Engine, engines_for, start_engines, stop_processes
from shortener_project.embedded.folders import make_runtime_dir, make_var_dir


@contextmanager
def running_engines(var_dir: Path, *variables: str) -> Iterator[wiring.EmbeddedUrls]:
    """The engines of `var_dir`, ready; gives their URLs."""
    make_var_dir(var_dir)
    make_runtime_dir(var_dir)
    engines: Sequence[Engine] = engines_for(variables, var_dir, durable=False)
    processes: list[tuple[Process, signal.Signals]] = []

    def start(name: str, command: Command) -> Process:
        with (var_dir / "log" / f"{name}.log").open("ab") as log:
            processes.append((spawn(command, log), command.stop_signal))
        return processes[-1][0]

    try:
        start_engines(engines, start)
        yield wiring.embedded_urls(var_dir)
    finally:
        stop_processes(processes, seconds=8)
