"""A real Elasticsearch for tests, started by elasticsearch.sh beside this file."""

import subprocess
from functools import cache
from pathlib import Path

_SCRIPT = Path(__file__).with_name("elasticsearch.sh")
# The first start of all fetches Elasticsearch.
_SECONDS = 280


@cache
def missing() -> str:
    """Why no server can be started here; "" when one can."""
    done = subprocess.run([str(_SCRIPT), "needs"], capture_output=True, text=True, timeout=10, check=False, stdin=subprocess.DEVNULL)
    return f"Elasticsearch needs a JDK 21 and Maven: {done.stderr.strip()}" if done.returncode else ""


class Elasticsearch:
    """One node in `folder`, whose path has no space; it keeps its port and data from start to start."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.url = ""

    def start(self, **settings: str) -> None:
        """Start it if it is not running; it answers when this returns. `settings` hold for this start only,
        with `__` for the dots of their names."""
        options = [part for name, value in settings.items() for part in ("--set", f"{name.replace('__', '.')}={value}")]
        self.url = self._run("start", "--port", "0", *options).strip()

    def stop(self) -> None:
        self._run("stop")

    def kill(self) -> None:
        """kill -9; returns when it has ended."""
        self._run("kill")

    def pause(self) -> None:
        """Connections are taken and nothing is answered."""
        self._run("pause")

    def resume(self) -> None:
        self._run("resume")

    def _run(self, verb: str, *options: str) -> str:
        command = [str(_SCRIPT), verb, "--dir", str(self._folder), *options]
        done = subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS, check=False, stdin=subprocess.DEVNULL)
        if done.returncode != 0:
            raise RuntimeError(f"elasticsearch.sh {verb}: {done.stderr.strip()}")
        return done.stdout
