"""PostgreSQL on a Unix socket, with a role and a database of its own."""

import os
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path

import psycopg

from shortener_project.embedded import binaries, wiring
from shortener_project.embedded.commands import Command, run
from shortener_project.embedded.errors import EngineError
from shortener_project.embedded.folders import make_private
from shortener_project.embedded.postgres_home import Home

_INITDB = (
    *("--username=postgres", "--auth=reject"),
    *("--encoding=UTF8", "--locale-provider=builtin", "--locale=C.UTF-8"),
    "--no-instructions",
)
# Nobody logs in as the superuser; `postgres --single` is the way in when it is ever needed.
_ACCESS = f"local all {wiring.DATABASE_USER} scram-sha-256\n"
_OPTIONS = {
    "listen_addresses": "",
    "shared_buffers": "128MB",
    "max_connections": "200",
    "max_wal_size": "1GB",
    "log_checkpoints": "off",
    "log_line_prefix": "%m ",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
# For throw-away data.
_CARELESS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class Postgres:
    """The engine behind DATABASE_URL."""

    name = "postgresql"
    variable = "DATABASE_URL"

    def __init__(self, var_dir: Path, *, durable: bool = True) -> None:
        """`var_dir` exists. With `durable` off nothing is forced to disk, which is for tests. Raises EngineError."""
        self._var_dir = var_dir
        self._socket_dir = wiring.runtime_dir(var_dir) / "pg"
        self._options = _OPTIONS if durable else _OPTIONS | _CARELESS
        self._durable = durable
        self.home = Home.settle(var_dir)

    @property
    def place(self) -> str:
        """What it is and where its data are, for people."""
        return f"PostgreSQL 18, data in {self.home.data}{self.home.why}"

    def prepare(self) -> None:
        """Make the data directory and the socket's. Raises EngineError, OSError."""
        self.home.prepare()
        self._make_own(self._socket_dir)
        if not (self.home.data / "PG_VERSION").is_file():
            self._make_data()

    def command(self) -> Command:
        """The server's command line."""
        return self._program("postgres", "-D", str(self.home.data), "-k", str(self._socket_dir), *_as_options(self._options))

    def is_ready(self) -> bool:
        """Whether our role can log in to our database."""
        if not self._says_ready():
            return False
        try:
            psycopg.connect(
                host=str(self._socket_dir),
                user=wiring.DATABASE_USER,
                password=wiring.read_secret(self._var_dir, "postgres_password"),
                dbname=wiring.DATABASE_NAME,
                connect_timeout=2,
            ).close()
        except psycopg.OperationalError:
            return False
        return True

    def _says_ready(self) -> bool:
        """What the server has written of itself; each log-in before that would be a line in the log."""
        try:
            return (self.home.data / "postmaster.pid").read_text(encoding="utf-8").rstrip().endswith("ready")
        except OSError:
            return False

    def _make_data(self) -> None:
        """Make the data directory under another name first: a start that is cut off leaves no half of one."""
        draft = self.home.data.with_name(f"{self.home.data.name}.new")
        self.home.remove(draft)
        self._make_own(draft)
        initdb = self._program("initdb", "-D", str(draft), *_INITDB, *([] if self._durable else ["--no-sync"]))
        _check(run(initdb), "initdb")
        (draft / "pg_hba.conf").write_text(_ACCESS, encoding="ascii")
        password = wiring.read_secret(self._var_dir, "postgres_password")
        statements = (
            f"CREATE ROLE {wiring.DATABASE_USER} LOGIN CREATEDB PASSWORD '{password}'\n"
            f"CREATE DATABASE {wiring.DATABASE_NAME} OWNER {wiring.DATABASE_USER}\n"
        )
        single = self._program("postgres", "--single", "-D", str(draft), *_as_options(self._options), "postgres")
        _check(run(single, input_text=statements), "CREATE DATABASE")
        draft.rename(self.home.data)

    def _program(self, name: str, *arguments: str) -> Command:
        program = binaries.postgres_programs(self.home.package) / name
        # The start directory may be closed to the user that PostgreSQL runs as.
        return Command([str(program), *arguments], user=self.home.user, directory=Path("/"), stop_signal=signal.SIGINT)

    def _make_own(self, directory: Path) -> None:
        make_private(directory)
        if user := self.home.user:
            os.chown(directory, user.uid, user.gid)


def _as_options(settings: Mapping[str, str]) -> list[str]:
    return [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]


def _check(done: "subprocess.CompletedProcess[str]", what: str) -> None:
    # In single-user mode a failing statement does not change the exit code.
    if done.returncode or "ERROR:" in done.stderr or "FATAL:" in done.stderr:
        raise EngineError(f"postgresql: {what} failed: {(done.stderr or done.stdout).strip()}")
