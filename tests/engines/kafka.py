"""Real Kafka brokers for tests, started by kafka.sh beside this file."""

import shutil
import subprocess
from pathlib import Path

_SCRIPT = Path(__file__).with_name("kafka.sh")
# The first start of all fetches Kafka.
_SECONDS = 280


def missing() -> str:
    """Why no broker can be started here; "" when one can."""
    needed = {"java": "a JDK (17 or later)", "mvn": "Maven", "setsid": "util-linux"}
    absent = [what for program, what in needed.items() if shutil.which(program) is None]
    return f"Kafka needs {' and '.join(absent)}" if absent else ""


class Kafka:
    """A cluster in `folder`, whose path has no space; it keeps ports and data from start to start."""

    def __init__(self, folder: Path, *, nodes: int = 1) -> None:
        self._folder = folder
        self._nodes = nodes
        self.servers: list[str] = []

    def start(self) -> None:
        """Start what is not running; all brokers answer when it returns."""
        printed = self._run("start", "--port", "0", "--nodes", str(self._nodes))
        self.servers = printed.strip().split(",")

    def stop(self) -> None:
        self._run("stop")

    def kill(self, node: int | None = None) -> None:
        """kill -9 of one broker, or of all; returns when they have ended."""
        self._run("kill", *_of(node))

    def pause(self, node: int | None = None) -> None:
        """Connections are taken and nothing is answered."""
        self._run("pause", *_of(node))

    def resume(self, node: int | None = None) -> None:
        self._run("resume", *_of(node))

    def _run(self, verb: str, *options: str) -> str:
        command = [str(_SCRIPT), verb, "--dir", str(self._folder), *options]
        done = subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS, check=False, stdin=subprocess.DEVNULL)
        if done.returncode != 0:
            raise RuntimeError(f"kafka.sh {verb}: {done.stderr.strip()}")
        return done.stdout


def _of(node: int | None) -> list[str]:
    return [] if node is None else ["--node", str(node)]
