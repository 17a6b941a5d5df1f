"""manage.py search_rebuild [--if-missing]"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.utils import timezone
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from apps.events.errors import SinkUnavailable

# Any number that nothing else in the product locks.
_LOCK = 7_236_412_001


class Command(BaseCommand):
    help = "Fill a new index of links in Elasticsearch beside the present one, and search it from then on. Links may change meanwhile."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--if-missing", action="store_true", help="only when there is no index to search yet")

    def handle(self, *_args: Any, if_missing: bool, **_options: Any) -> None:
        if not settings.ELASTICSEARCH:
            raise CommandError("ELASTICSEARCH_URL is not set: PostgreSQL answers searches, from texts that manage.py search_texts keeps")
        from apps.links.search.elastic import indices  # noqa: PLC0415 - its client is large
        from apps.links.search.elastic.client import as_a_sink  # noqa: PLC0415
        from apps.links.search.elastic.writing import IndexGone  # noqa: PLC0415

        try:
            with as_a_sink(), _alone():
                if if_missing and indices.searched():
                    self.stdout.write("there is an index already")
                    return
                self._rebuild()
        except SinkUnavailable as error:
            raise CommandError(f"{error}; run it again when Elasticsearch is there, searches go on as before") from error
        except IndexGone as error:
            raise CommandError(f"somebody has removed the index that was being filled: {error}") from error

    def _rebuild(self) -> None:
        from apps.links.search.elastic.rebuild import count_links, rebuild  # noqa: PLC0415

        columns = (TextColumn("links"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*columns, transient=True) as bar:
            task = bar.add_task("links", total=count_links())
            done = rebuild(now=timezone.now(), advance=lambda count: bar.advance(task, count))
        self.stdout.write(f"{done.index}: {done.links} links")
        for name in done.removed:
            self.stdout.write(f"removed {name}")
        if done.refused:
            raise CommandError(f"Elasticsearch does not take {len(done.refused)} links; the log has the reasons")


@contextmanager
def _alone() -> Iterator[None]:
    """Raises CommandError when another rebuild is under way: each removes what others have begun."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_LOCK])
        if not cursor.fetchone()[0]:
            raise CommandError("another rebuild is under way")
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])
