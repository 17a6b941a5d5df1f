"""Valkey, which speaks Redis' protocol, on a Unix socket with an append-only file."""

import signal
from pathlib import Path

import redis

from shortener_project.embedded import binaries, wiring
from shortener_project.embedded.commands import Command
from shortener_project.embedded.folders import make_private

# Said at each start on most machines: it matters where memory runs short.
_KERNEL_ADVICE = "WARNING Memory overcommit must be enabled"


class Valkey:
    """The engine behind REDIS_URL."""

    name = "valkey"
    variable = "REDIS_URL"

    def __init__(self, var_dir: Path) -> None:
        self.data = var_dir / "valkey"
        self._socket = wiring.runtime_dir(var_dir) / "redis.sock"

    @property
    def place(self) -> str:
        """What it is and where its data are, for people."""
        return f"Valkey 9, data in {self.data}"

    def prepare(self) -> None:
        """Make the data directory. Raises OSError."""
        make_private(self.data)

    def command(self) -> Command:
        """The server's command line. Raises EngineError when it is not installed."""
        options = {
            "port": "0",
            "unixsocket": str(self._socket),
            "unixsocketperm": "700",
            "dir": str(self.data),
            "appendonly": "yes",
            "appendfsync": "everysec",
            # The append-only file alone is the durable state.
            "save": "",
            "databases": "64",
            "maxmemory-policy": "noeviction",
            "loglevel": "warning",
        }
        arguments = [part for name, value in options.items() for part in (f"--{name}", value)]
        return Command([str(binaries.valkey_server()), *arguments], stop_signal=signal.SIGTERM, asides=[_KERNEL_ADVICE])

    def is_ready(self) -> bool:
        """Whether it answers; it refuses while it still reads its file."""
        try:
            with redis.Redis(unix_socket_path=str(self._socket), socket_timeout=2) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False
