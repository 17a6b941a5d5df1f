"""manage.py search_check [--repair]"""

from collections import Counter
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from apps.events.errors import SinkUnavailable


class Command(BaseCommand):
    help = "Compare the index of links with the database, by id and version; exit 1 when they differ."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--repair", action="store_true", help="write what differs anew")

    def handle(self, *_args: Any, repair: bool, **_options: Any) -> None:
        if not settings.ELASTICSEARCH:
            raise CommandError("ELASTICSEARCH_URL is not set: PostgreSQL answers searches, from texts that manage.py search_texts keeps")
        from apps.links.search.elastic.client import as_a_sink  # noqa: PLC0415 - its client is large
        from apps.links.search.elastic.writing import IndexGone  # noqa: PLC0415

        try:
            with as_a_sink():
                self._check(is_repaired=repair)
        except (SinkUnavailable, IndexGone) as error:
            raise CommandError(f"{error}; run it again") from error

    def _check(self, *, is_repaired: bool) -> None:
        from apps.links.search.elastic import indices  # noqa: PLC0415
        from apps.links.search.elastic.comparison import compare, repair  # noqa: PLC0415
        from apps.links.search.elastic.rebuild import count_links  # noqa: PLC0415

        if not indices.searched():
            raise CommandError("there is no index yet: run manage.py search_rebuild")
        with Progress(TextColumn("links"), BarColumn(), MofNCompleteColumn(), transient=True) as bar:
            task = bar.add_task("links", total=count_links())
            found = compare(advance=lambda count: bar.advance(task, count))
        self.stdout.write(f"{found.links} links compared, {len(found.differences)} differ")
        for kind, count in sorted(Counter(found.differences.values()).items()):
            self.stdout.write(f"  {kind}: {count}")
        if not found.differences:
            return
        if not is_repaired:
            raise CommandError("run manage.py search_check --repair")
        if ahead := repair(found):
            raise CommandError(f"the index knows newer versions of {len(ahead)} links than the database: run manage.py search_rebuild")
        self.stdout.write("repaired")
