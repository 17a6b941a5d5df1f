"""Real Kafka brokers for tests, started by kafka.sh beside this file."""

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

_SCRIPT = Path(__file__).with_name("kafka.sh")
# The first start of all fetches Kafka.
_SECONDS = 280


def missing() -> str:
    """Why no broker can be started here; "" when one can."""
    needed = {"java": "a JDK (17 or later)", "mvn": "Maven", "setsid": "util-linux"}
    absent = [what for program, what in needed.items() if shutil.which(program) is None]
    return f"Kafka needs {' and '.join(absent)}" if absent else ""


@dataclass(frozen=True, slots=True)
class LogIn:
    """Who may log in, over TLS. `certificate` is a PEM file with the brokers' certificate for 127.0.0.1 and its key; the
    certificate is its own authority."""

    user: str
    password: str
    certificate: Path


class Kafka:
    """A cluster in `folder`, whose path has no space; it keeps ports and data from start to start.

    With `log_in` its `secured` addresses ask for it, by PLAIN or SCRAM; `servers` ask for nothing.
    """

    def __init__(self, folder: Path, *, nodes: int = 1, log_in: LogIn | None = None) -> None:
        self._folder = folder
        self._nodes = nodes
        self._log_in = log_in
        self.servers: list[str] = []
        self.secured: list[str] = []

    def start(self) -> None:
        """Start what is not running; all brokers answer when it returns."""
        options = ["--port", "0", "--nodes", str(self._nodes)]
        if self._log_in is not None:
            options += ["--secure", str(self._log_in.certificate), "--user", f"{self._log_in.user}:{self._log_in.password}"]
        self.servers, *secured = (line.split(",") for line in self._run("start", *options).splitlines())
        self.secured = secured[0] if secured else []

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


def make_certificate(folder: Path) -> Path:
    """A PEM file in `folder` with a key, and a certificate for 127.0.0.1 that signs itself. Needs openssl."""
    pem = folder / "broker.pem"
    kind = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
    names = ["-subj", "/CN=broker", "-addext", "subjectAltName=IP:127.0.0.1"]
    done = subprocess.run(["openssl", "req", *kind, *names, "-keyout", str(pem)], capture_output=True, text=True, check=True, timeout=30)
    with pem.open("a") as file:
        file.write(done.stdout)
    return pem


def _of(node: int | None) -> list[str]:
    return [] if node is None else ["--node", str(node)]
