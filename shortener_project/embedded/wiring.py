"""Where the embedded engines of one VAR_DIR listen: what settings need to know, and no more.

Nothing here starts an engine or writes a file, so that settings can import it freely.
"""

import hashlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

DATABASE_NAME = "shortener"
DATABASE_USER = "shortener"
CLICKHOUSE_DATABASE = "analytics"
CLICKHOUSE_USER = "default"


def runtime_dir(var_dir: Path) -> Path:
    """Directory of the engines' sockets.

    It lies in the system's temporary directory because the path of a Unix socket may have no
    more than 107 bytes (103 on macOS), and VAR_DIR may be anywhere.
    """
    digest = hashlib.sha256(os.fsencode(var_dir.resolve())).hexdigest()[:12]
    root = Path("/tmp") if Path("/tmp").is_dir() else Path(tempfile.gettempdir())  # noqa: S108 - ownership is checked at start
    return root / f"shortener-{os.getuid()}-{digest}"


def read_secret(var_dir: Path, name: str) -> str:
    """Secret `name` that `manage.py up` keeps in VAR_DIR, or "" when there is none that we may read."""
    try:
        return (var_dir / "secrets" / name).read_text(encoding="ascii").strip()
    except OSError:
        return ""


def read_clickhouse_port(var_dir: Path) -> int:
    """TCP port of the embedded ClickHouse engine, or 9000 when it never ran."""
    try:
        return int((var_dir / "run" / "clickhouse.port").read_text(encoding="ascii"))
    except OSError:
        return 9000


@dataclass(frozen=True, slots=True)
class EmbeddedUrls:
    """URLs of the three engines, in the form that the settings of the same names take."""

    database: str
    redis: str
    clickhouse: str


def embedded_urls(var_dir: Path) -> EmbeddedUrls:
    """URLs of the engines that belong to `var_dir`, whether they run or not."""
    sockets = runtime_dir(var_dir)
    password = quote(read_secret(var_dir, "postgres_password"), safe="")
    clickhouse_password = quote(read_secret(var_dir, "clickhouse_password"), safe="")
    return EmbeddedUrls(
        database=f"postgres://{DATABASE_USER}:{password}@{quote(str(sockets / 'pg'), safe='')}/{DATABASE_NAME}",
        redis=f"unix://{quote(str(sockets / 'redis.sock'))}",
        clickhouse=(
            f"clickhouse://{CLICKHOUSE_USER}:{clickhouse_password}@127.0.0.1:{read_clickhouse_port(var_dir)}/{CLICKHOUSE_DATABASE}"
        ),
    )
