"""ClickHouse's engine behind the bridge that speaks its native protocol."""

import random
import signal
import socket
import sys
from importlib.util import find_spec
from pathlib import Path

from clickhouse_driver.errors import Error

from shortener_project.embedded import wiring
from shortener_project.embedded.clickhouse_client import select_one
from shortener_project.embedded.commands import Command
from shortener_project.embedded.folders import make_private

_BRIDGE = "shortener_project.embedded.clickhouse.server"
_ROOT = Path(__file__).resolve().parents[2]
# Below the ports that systems give to outgoing connections, so that none takes ours while the engine restarts.
_PORTS = range(19000, 32000)


def is_installed() -> bool:
    """Whether the engine's package is there."""
    return find_spec("chdb") is not None


class ClickHouse:
    """The engine behind CLICKHOUSE_URL."""

    name = "clickhouse"
    variable = "CLICKHOUSE_URL"

    def __init__(self, var_dir: Path) -> None:
        self.data = var_dir / "clickhouse"
        self._var_dir = var_dir

    @property
    def place(self) -> str:
        """What it is and where its data are, for people."""
        return f"ClickHouse's engine 26, data in {self.data}"

    def prepare(self) -> None:
        """Make the data directory and choose the port. Raises OSError."""
        make_private(self.data)
        self._choose_port()

    def command(self) -> Command:
        """The bridge's command line."""
        port = str(wiring.read_clickhouse_port(self._var_dir))
        options = {"path": str(self.data), "host": "127.0.0.1", "port": port, "database": wiring.CLICKHOUSE_DATABASE}
        arguments = [part for name, value in options.items() for part in (f"--{name}", value)]
        return Command(
            [sys.executable, "-m", _BRIDGE, *arguments],
            environment={"CLICKHOUSE_PASSWORD": wiring.read_secret(self._var_dir, "clickhouse_password")},
            # Where `-m` finds the bridge.
            directory=_ROOT,
            stop_signal=signal.SIGTERM,
        )

    def is_ready(self) -> bool:
        """Whether it answers a query."""
        port = wiring.read_clickhouse_port(self._var_dir)
        if _is_free(port):
            return False
        try:
            select_one(
                host="127.0.0.1",
                port=port,
                database=wiring.CLICKHOUSE_DATABASE,
                user=wiring.CLICKHOUSE_USER,
                password=wiring.read_secret(self._var_dir, "clickhouse_password"),
                seconds=2,
            )
        except (Error, OSError, EOFError):
            return False
        return True

    def _choose_port(self) -> None:
        """Keep the port of the last start unless somebody else has taken it."""
        port = wiring.read_clickhouse_port(self._var_dir)
        while port not in _PORTS or not _is_free(port):
            port = random.choice(_PORTS)  # noqa: S311 - no secret
        (self._var_dir / "run" / "clickhouse.port").write_text(str(port), encoding="ascii")


def _is_free(port: int) -> bool:
    """Whether nobody listens on `port` of the loopback interface."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True
