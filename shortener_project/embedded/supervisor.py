"""Runs the whole product: engines, preparation, processes, one log, and an orderly end."""

import os
import shutil
import signal
import socket
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from shortener_project.embedded.banner import banner
from shortener_project.embedded.children import Children
from shortener_project.embedded.commands import Command, Process
from shortener_project.embedded.engines import Engine, engines_for, start_engines
from shortener_project.embedded.errors import EngineError
from shortener_project.embedded.first_page import status_of_first_page
from shortener_project.embedded.folders import make_runtime_dir, make_var_dir
from shortener_project.embedded.leftovers import end_leftovers, notes_file
from shortener_project.embedded.listening import listen, only_here
from shortener_project.embedded.logmux import LogMux
from shortener_project.embedded.probes import probe
from shortener_project.embedded.services import Phase, Service

_POLL_SECONDS = 0.1
# From the start of the site to its first page.
_SITE_SECONDS = 60.0
# A site that ends this often before its first page will not do better.
_SITE_FALLS = 3
_NAME_WIDTH = len("postgresql")


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to run. `services` gets the descriptor of the listening socket."""

    var_dir: Path
    port: int
    public_url: str
    # URL variables that are unset, and the URLs of the others.
    embedded: Sequence[str]
    configured: Mapping[str, str]
    prepare: Command
    services: Callable[[int], Sequence[Service]]


class Stopped(Exception):
    """Somebody asked for the end before everything had started."""


class Supervisor:
    """One run of the product in this process. `run` belongs in the main thread."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._is_told_to_end = False

    def run(self) -> None:
        """Return after an orderly end. Raises StartError or EngineError when the start fails."""
        plan = self._plan
        self._listen_to_signals()
        with ExitStack() as stack:
            make_var_dir(plan.var_dir)
            stack.enter_context(only_here(plan.var_dir))
            probe(plan.configured)
            leftovers = end_leftovers(notes_file(plan.var_dir))
            listener = stack.enter_context(listen(plan.port))
            stack.callback(shutil.rmtree, make_runtime_dir(plan.var_dir), ignore_errors=True)
            engines = engines_for(plan.embedded, plan.var_dir)
            log_file = plan.var_dir / "log" / "shortener.log"
            log = LogMux(log_file, sys.stdout, width=_NAME_WIDTH)
            stack.callback(log.close)
            log.show(banner(engines=engines, configured=plan.configured, log=log_file))
            if leftovers:
                log.say(f"ended what an earlier start had left running: {', '.join(leftovers)}")
            self._run(Children(plan.var_dir, log, environment=_environment(plan)), engines, listener, log)

    def _run(self, children: Children, engines: Sequence[Engine], listener: socket.socket, log: LogMux) -> None:
        try:
            self._start(children, engines, listener, log)
            while not self._is_told_to_end:
                children.revive()
                time.sleep(_POLL_SECONDS)
        except Stopped:
            log.say("told to end while starting")
        finally:
            # From here on nobody new is let in.
            listener.close()
            log.say("ending; this takes a few seconds")
            children.stop()
            log.say("ended")

    def _start(self, children: Children, engines: Sequence[Engine], listener: socket.socket, log: LogMux) -> None:
        start_engines(engines, lambda name, command: children.start(name, command, Phase.ENGINES), should_stop=lambda: self._is_told_to_end)
        self._check_end()
        self._await(children.run("prepare", self._plan.prepare))
        services = self._plan.services(listener.fileno())
        for service in services:
            if not service.is_late:
                children.start(service.name, service.command, service.phase)
        if any(service.phase is Phase.SITE and not service.is_late for service in services):
            self._await_first_page(children, services)
            log.show(f"ready {self._plan.public_url}")
        else:
            log.show("ready, without the site")
        for service in services:
            if service.is_late:
                children.start(service.name, service.command, service.phase)

    def _await(self, process: Process) -> None:
        while process.poll() is None:
            if self._is_told_to_end:
                process.terminate()
                process.wait()
                raise Stopped
            time.sleep(_POLL_SECONDS / 5)
        if process.returncode:
            raise EngineError(f"prepare: ended with exit code {process.returncode}; its last lines above say why")

    def _await_first_page(self, children: Children, services: Sequence[Service]) -> None:
        site = next(service.name for service in services if service.phase is Phase.SITE)
        deadline = time.monotonic() + _SITE_SECONDS
        while (status := status_of_first_page(port=self._plan.port, public_url=self._plan.public_url)) != "200":
            children.revive()
            if children.has_fallen(site, _SITE_FALLS) or time.monotonic() > deadline:
                raise EngineError(f"{site}: the first page does not come ({status}); the lines above say why")
            self._check_end()
            # An error page does not get better by the look of it.
            time.sleep(1 if status.isdigit() else _POLL_SECONDS / 2)

    def _check_end(self) -> None:
        if self._is_told_to_end:
            raise Stopped

    def _listen_to_signals(self) -> None:
        """A flag is all that a handler sets, so it may come at any time and as often as it likes."""
        signal.signal(signal.SIGINT, self._on_signal)
        signal.signal(signal.SIGTERM, self._on_signal)
        # Under nohup the terminal may go.
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
            signal.signal(signal.SIGHUP, self._on_signal)

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self._is_told_to_end = True


def _environment(plan: Plan) -> Mapping[str, str]:
    """What the product's processes find in their environment: where everything is, whatever their directory."""
    return {"VAR_DIR": str(plan.var_dir), "PORT": str(plan.port), "PYTHONUNBUFFERED": "1", "LC_ALL": os.environ.get("LC_ALL", "C.UTF-8")}
