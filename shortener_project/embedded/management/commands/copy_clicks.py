"""manage.py copy_clicks [--overwrite]"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from apps.analytics.copying.errors import CopyFailed
from apps.analytics.copying.notes import Notes
from apps.analytics.copying.services import Copying, Difference, compare
from apps.analytics.copying.source import Source
from apps.events.errors import SinkUnavailable
from shortener_project.embedded import wiring
from shortener_project.settings import connections

_RETRY = "; what was copied stays: run it again, it goes on from there"


class Command(BaseCommand):
    help = (
        "Copy all clicks that the embedded ClickHouse engine of VAR_DIR holds into the server at CLICKHOUSE_URL, and compare both. "
        "Run it as often as you like; the last time when no consumer stores clicks."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--overwrite", action="store_true", help="replace months in which the server has clicks that were not copied there"
        )

    def handle(self, *_args: Any, overwrite: bool, **_options: Any) -> None:
        if "CLICKHOUSE_URL" in settings.EMBEDDED_PARTS:
            raise CommandError("CLICKHOUSE_URL is not set: it names the server to copy to, for this command alone")
        target = settings.DATABASES["clickhouse"]
        notes = Notes(settings.VAR_DIR / "copied-clicks.json", f"{target['HOST']}:{target['PORT']}/{target['NAME']}")
        source = Source(connections.clickhouse(wiring.embedded_urls(settings.VAR_DIR).clickhouse))
        try:
            source.ask("SELECT 1")
            call_command("migrate", database="clickhouse", interactive=False, verbosity=0)
            copied = self._copy(source, notes, may_overwrite=overwrite)
            differences = compare(source, since=_since())
        except (CopyFailed, SinkUnavailable) as error:
            raise CommandError(f"{error}{_RETRY}") from error
        finally:
            source.close()
        self._show(differences)
        if not all(line.is_same for line in differences):
            raise CommandError("both sides differ: stop the consumers and run it again")
        self.stdout.write(f"{copied} rows copied; both sides hold the same")

    def _copy(self, source: Source, notes: Notes, *, may_overwrite: bool) -> int:
        with Progress(*Progress.get_default_columns()[:1], "{task.completed} rows", transient=True) as bar:
            task = bar.add_task("", total=None)

            def advance(table: str, day: str, rows: int) -> None:
                bar.update(task, description=f"{table} {day}", completed=rows)
                if not bar.console.is_terminal:
                    self.stdout.write(f"{table} {day}: {rows} rows in all")

            return Copying(source, notes, since=_since(), progress=advance, may_overwrite=may_overwrite).run()

    def _show(self, differences: Sequence[Difference]) -> None:
        table = Table("table", "month", "here", "server", "")
        for line in differences:
            table.add_row(line.table, str(line.month), str(line.source), str(line.target), "" if line.is_same else "differs")
        console = Console(width=None if self.stdout.isatty() else 100)
        with console.capture() as capture:
            console.print(table)
        self.stdout.write(capture.get())


def _since() -> str:
    """The first day of which no row can have aged out, nor does while this runs."""
    days = settings.CLICK_RETENTION_DAYS
    return "" if days <= 0 else str((timezone.now() - timedelta(days=days - 2)).date())
