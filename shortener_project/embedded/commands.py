"""Programs to start: what, as whom, with which environment."""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TypeAlias

_LAUNCHER = str(Path(__file__).with_name("launch.py"))

Process: TypeAlias = subprocess.Popen[bytes]


@dataclass(frozen=True, slots=True)
class User:
    """Whom a program runs as."""

    uid: int
    gid: int


@dataclass(frozen=True, slots=True)
class Command:
    """One program with its arguments; `environment` is added to this process's own."""

    arguments: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    user: User | None = None
    directory: Path | None = None
    # What tells the program to end, also when the supervisor dies.
    stop_signal: signal.Signals = signal.SIGTERM
    descriptors: Sequence[int] = ()
    # Lines with one of these texts are for the log file only.
    asides: Sequence[str] = ()


def spawn(command: Command, output: int | IO[bytes]) -> Process:
    """Start `command` in a session of its own, with both its outputs in `output`.

    It ends when the calling thread ends (on Linux), so call it in the main thread. Raises OSError.
    """
    user = f"{command.user.uid}:{command.user.gid}" if command.user else "-"
    launcher = [sys.executable, "-I", "-S", _LAUNCHER, str(int(command.stop_signal)), str(os.getpid()), user]
    return subprocess.Popen(  # noqa: S603 - our own command lines
        [*launcher, *command.arguments],
        env={**os.environ, **command.environment},
        cwd=command.directory,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        pass_fds=command.descriptors,
    )


def run(command: Command, *, input_text: str = "", timeout: float = 60) -> "subprocess.CompletedProcess[str]":
    """Run `command` to its end. Raises OSError, subprocess.TimeoutExpired."""
    return subprocess.run(  # noqa: S603 - our own command lines
        list(command.arguments),
        env={**os.environ, **command.environment},
        cwd=command.directory,
        input=input_text,
        text=True,
        capture_output=True,
        timeout=timeout,
        check=False,
        # Ctrl-C on the terminal is for the supervisor alone.
        start_new_session=True,
        user=command.user.uid if command.user else None,
        group=command.user.gid if command.user else None,
        extra_groups=[] if command.user else None,
    )
