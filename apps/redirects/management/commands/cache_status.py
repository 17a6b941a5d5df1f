"""manage.py cache_status [--interval SECONDS] [--json]"""

import json
import time
from argparse import ArgumentParser
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.table import Table

from apps.common.metrics.files import WRITE_SECONDS, read_figures
from apps.redirects.cache_figures import CacheFigures, cache_figures

_COLUMNS = {
    "hits": "hits",
    "misses": "misses",
    "hit_ratio": "hit ratio",
    "negative_hits": "negative hits",
    "evictions": "evictions",
    "stale_refusals": "stale refusals",
    "entries": "entries",
    "redis_hits": "Redis hits",
    "redis_misses": "Redis misses",
    "redis_hit_ratio": "Redis hit ratio",
    "database_look_ups": "PostgreSQL look-ups",
}

ByProcess = Mapping[int, CacheFigures]


class Command(BaseCommand):
    help = "Show how often redirects are answered from memory and from Redis: per redirector process, and of all that run."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--interval", type=float, default=2 * WRITE_SECONDS, help="seconds to look on for the last part; 0 for none")
        parser.add_argument("--json", action="store_true", help="for programs")

    def handle(self, *_args: Any, interval: float, **options: Any) -> None:
        before = now = self._read()
        if interval > 0:
            time.sleep(interval)
            now = self._read()
        parts = {"since start": now}
        if interval > 0:
            parts[f"last {interval:g} s"] = {pid: figures.since(before.get(pid, CacheFigures())) for pid, figures in now.items()}
        if options["json"]:
            self.stdout.write(json.dumps({name.replace(" ", "_"): _as_json(part) for name, part in parts.items()}, indent=2))
            return
        for name, part in parts.items():
            self._show(name, part)

    def _read(self) -> ByProcess:
        try:
            found = cache_figures(read_figures(settings.METRICS_DIR).processes)
        except OSError as error:
            raise CommandError(f"VAR_DIR: the figures in {settings.METRICS_DIR} cannot be read ({error.strerror})") from error
        if not found:
            raise CommandError("no redirector runs from this VAR_DIR")
        return found

    def _show(self, name: str, part: ByProcess) -> None:
        table = Table(name, *(f"pid {pid}" for pid in part), "all")
        columns = [*part.values(), _all(part)]
        for attribute, title in _COLUMNS.items():
            table.add_row(title, *(_shown(getattr(figures, attribute)) for figures in columns))
        console = Console(width=None if self.stdout.isatty() else 40 + 16 * len(columns))
        with console.capture() as capture:
            console.print(table)
        self.stdout.write(capture.get())


def _all(part: ByProcess) -> CacheFigures:
    return sum(part.values(), CacheFigures())


def _shown(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:.2%}" if isinstance(value, float) else str(value)


def _as_json(part: ByProcess) -> dict[str, Any]:
    return {"all": _values(_all(part)), "processes": {str(pid): _values(figures) for pid, figures in part.items()}}


def _values(figures: CacheFigures) -> dict[str, Any]:
    return {**asdict(figures), "hit_ratio": figures.hit_ratio, "redis_hit_ratio": figures.redis_hit_ratio}
