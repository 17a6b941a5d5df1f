"""manage.py export_clicks HOST/CODE FILE [--since DAY] [--until DAY] [--bots]"""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.progress import Progress

from apps.analytics.errors import AnalyticsUnavailable
from apps.analytics.exports.formats import Format
from apps.analytics.exports.reading import Selection
from apps.analytics.exports.services import export
from apps.common.errors import NotFound
from apps.links.models import Link


class Command(BaseCommand):
    help = "Write the clicks of a link into a file: CSV or Parquet, by the ending of its name."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("link", metavar="HOST/CODE")
        parser.add_argument("file", type=Path, help="its name ends in .csv or .parquet")
        parser.add_argument("--since", type=_day, metavar="YYYY-MM-DD", help="from the start of this day (UTC)")
        parser.add_argument("--until", type=_day, metavar="YYYY-MM-DD", help="up to the start of this day (UTC)")
        parser.add_argument("--bots", action="store_true", help="clicks of bots, too")

    def handle(
        self, *_args: Any, link: str, file: Path, since: datetime | None, until: datetime | None, bots: bool, **_options: Any
    ) -> None:
        try:
            format_ = Format(file.suffix.removeprefix("."))
        except ValueError:
            raise CommandError("the name of the file must end in .csv or .parquet") from None
        times = {name: at for name, at in (("start", since), ("end", until)) if at is not None}
        selection = Selection(_link_id(link), include_bots=bots, **times)
        try:
            clicks = self._write(file, selection, format_)
        except (AnalyticsUnavailable, NotFound, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{clicks} clicks written to {file}")

    def _write(self, file: Path, selection: Selection, format_: Format) -> int:
        written = 0
        with Progress(transient=True) as bar:
            task = bar.add_task(file.name)

            def advance(done: int) -> None:
                nonlocal written
                written = done
                bar.update(task, completed=done)

            made = export(selection=selection, format_=format_, progress=advance)
            bar.update(task, total=made.total)
            with file.open("wb") as out:
                out.writelines(made.pieces)
        return written


def _day(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)


def _link_id(place: str) -> int:
    hostname, _, code = place.partition("/")
    link = Link.objects.filter(domain__hostname=hostname.lower(), code=code).first()
    if link is None:
        raise CommandError(f"no such link: {place}")
    return link.pk
