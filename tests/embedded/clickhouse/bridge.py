"""The embedded ClickHouse engine in a process of its own, and clients for it."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

from clickhouse_driver import Client

ROOT = Path(__file__).resolve().parents[3]
PASSWORD = "open sesame"


class Bridge:
    """A server on one directory; it can be killed and started again on it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.port = 0
        self.lines: list[str] = []
        self._clients: list[Client] = []

    def start(self) -> "Bridge":
        """Start it on the port that it had before, if any, and wait until it listens."""
        self.process = run_server("--path", str(self.path), "--port", str(self.port), "--database", "analytics")
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.lines.append(line.rstrip())
            if line.startswith("listening on "):
                self.port = int(line.rsplit(":", 1)[1])
                break
        else:
            raise AssertionError("\n".join(self.lines))
        # Whatever it says later must not fill the pipe.
        threading.Thread(target=self._drain, daemon=True).start()
        return self

    def stop(self, number: signal.Signals = signal.SIGTERM, *, timeout: float = 15) -> int:
        """Send the signal and wait for the end; returns the exit code."""
        self.process.send_signal(number)
        return self.process.wait(timeout)

    def client(self, **options: Any) -> Client:
        """A client of the unmodified driver."""
        client = Client("127.0.0.1", port=self.port, **{"database": "analytics", "password": PASSWORD, "connect_timeout": 2, **options})
        self._clients.append(client)
        return client

    def close(self) -> None:
        """End it in any way, and the connections of its clients."""
        for client in self._clients:
            client.disconnect()
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def _drain(self) -> None:
        assert self.process.stderr is not None
        with self.process.stderr as stream:
            self.lines.extend(line.rstrip() for line in stream)


def run_server(*arguments: str, password: str = PASSWORD) -> "subprocess.Popen[str]":
    """The server's process with standard error as a pipe."""
    return subprocess.Popen(
        [sys.executable, "-m", "shortener_project.embedded.clickhouse.server", *arguments],
        cwd=ROOT,
        env={**os.environ, "CLICKHOUSE_PASSWORD": password},
        stderr=subprocess.PIPE,
        text=True,
    )
