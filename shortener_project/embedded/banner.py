"""What people read when the product starts."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from shortener_project.embedded.engines import Engine
from shortener_project.embedded.probes import without_password

_ORDER = ("DATABASE_URL", "REDIS_URL", "CLICKHOUSE_URL")
_EXPLANATION = "An embedded part is replaced by setting its variable to the URL of a server (see .env.example)."


def banner(*, engines: Sequence[Engine], configured: Mapping[str, str], log: Path) -> str:
    """The parts, what each is, and the variable that replaces it."""
    parts = {engine.variable: ("embedded", engine.place) for engine in engines}
    parts |= {name: ("configured", without_password(url)) for name, url in configured.items()}
    width = max(map(len, _ORDER))
    lines = [f"  {name:<{width}}  {kind:<10}  {text}" for name, (kind, text) in sorted(parts.items(), key=_order)]
    return "\n".join(["Shortener", *lines, f"  {'log':<{width}}  {'':<10}  {log}", *([_EXPLANATION] if engines else []), ""])


def _order(part: tuple[str, object]) -> int:
    return _ORDER.index(part[0])
