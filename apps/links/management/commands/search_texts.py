"""manage.py search_texts [--all]"""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from apps.links.models import Link
from apps.links.search.postgresql import filling


class Command(BaseCommand):
    help = "Bring what PostgreSQL searches in up to the links. Done by itself every hour; links may change meanwhile."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--all", action="store_true", help="write the texts of all links anew, not only of those that differ")

    def handle(self, *_args: Any, **options: Any) -> None:
        if not options["all"]:
            self.stdout.write(f"{filling.mend()} texts brought up to date")
            return
        columns = (TextColumn("links"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*columns, transient=True) as bar:
            task = bar.add_task("links", total=Link.objects.count())
            links = filling.fill(advance=lambda count: bar.advance(task, count))
        self.stdout.write(f"{links} texts written")
