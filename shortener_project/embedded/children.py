"""The supervisor's processes: started, started again when they die, ended in order."""

import subprocess
import time
from collections.abc import Mapping
from dataclasses import replace
from itertools import groupby
from pathlib import Path

from shortener_project.embedded.commands import Command, Process, spawn
from shortener_project.embedded.engines import stop_processes
from shortener_project.embedded.leftovers import Note, notes_file, write_notes
from shortener_project.embedded.logmux import LogMux
from shortener_project.embedded.services import Phase

_FIRST_DELAY = 0.2
_LONGEST_DELAY = 10.0
# A process that ran this long (s) has got over its trouble.
_SOUND = 30.0
# All have ended, by force if need be, when this time (s) is over.
STOP_SECONDS = 9.5
# What one phase may take of it (s); engines have what is left.
_PHASE_SECONDS = {Phase.SITE: 3.0, Phase.CARRIERS: 2.0, Phase.CONSUMERS: 3.0, Phase.ENGINES: STOP_SECONDS}


class Child:
    """One process by name, and when to start it again."""

    def __init__(self, name: str, command: Command, phase: Phase) -> None:
        self.name = name
        self.command = command
        self.phase = phase
        self.process: Process | None = None
        self.note: Note | None = None
        self.started_at = 0.0
        self.due_at = 0.0
        self.delay = _FIRST_DELAY

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def fell(self, now: float) -> float:
        """It has ended by itself; returns the seconds until it is due again."""
        self.process = None
        if now - self.started_at > _SOUND:
            self.delay = _FIRST_DELAY
        wait, self.delay = self.delay, min(2 * self.delay, _LONGEST_DELAY)
        self.due_at = now + wait
        return wait


class Children:
    """All processes of one supervisor. Use it in the main thread: see `commands.spawn`."""

    def __init__(self, var_dir: Path, log: LogMux, *, environment: Mapping[str, str]) -> None:
        """`environment` is added to that of each process."""
        self._notes = notes_file(var_dir)
        self._log = log
        self._environment = environment
        self._children: list[Child] = []

    def start(self, name: str, command: Command, phase: Phase) -> Process:
        """Start a process that is to run until the end. Raises OSError."""
        child = Child(name, self._with_environment(command), phase)
        self._children.append(child)
        return self._start(child)

    def run(self, name: str, command: Command) -> Process:
        """Start a process that ends by itself. Raises OSError."""
        process = self.start(name, command, Phase.SITE)
        self._children.pop()
        return process

    def revive(self) -> None:
        """Start again those that have ended, each when it is due."""
        now = time.monotonic()
        for child in self._children:
            if child.process is not None and not child.is_running:
                code = child.process.returncode
                self._log.say(f"{child.name} ended ({_reason(code)}), starting it again in {child.fell(now):.1f} s")
            if child.process is None and now >= child.due_at:
                self._start(child)

    def has_fallen(self, name: str, times: int) -> bool:
        """Whether the process has ended by itself that often without ever being sound."""
        return any(child.name == name and child.delay >= _FIRST_DELAY * 2**times for child in self._children)

    def stop(self) -> None:
        """End all, phase by phase."""
        deadline = time.monotonic() + STOP_SECONDS
        ordered = sorted(self._children, key=lambda child: child.phase)
        for phase, members in groupby(ordered, key=lambda child: child.phase):
            running = {child.process: child for child in members if child.process and child.is_running}
            told = [(process, child.command.stop_signal) for process, child in running.items()]
            for process in stop_processes(told, seconds=min(_PHASE_SECONDS[phase], max(0.0, deadline - time.monotonic()))):
                self._log.say(f"{running[process].name} did not end in time and was killed")
        self._notes.unlink(missing_ok=True)

    def _start(self, child: Child) -> Process:
        process = spawn(child.command, subprocess.PIPE)
        child.process, child.started_at = process, time.monotonic()
        child.note = Note.of(child.name, process, child.command.stop_signal)
        write_notes(self._notes, [child.note for child in self._children if child.note and child.is_running])
        assert process.stdout is not None
        self._log.attach(child.name, process.stdout, asides=child.command.asides)
        return process

    def _with_environment(self, command: Command) -> Command:
        return replace(command, environment={**self._environment, **command.environment})


def _reason(code: int) -> str:
    return f"killed by signal {-code}" if code < 0 else f"exit code {code}"
