"""Filling a new index beside the one that is searched, while changes go to both."""

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import structlog
from django.db import connection

from apps.events.backoff import Backoff
from apps.events.errors import SinkUnavailable
from apps.links.models import Link
from apps.links.search.elastic import indices
from apps.links.search.elastic.writing import CHUNK, Written, write_links
from apps.links.search.rows import LinkRow, read_rows

log = structlog.get_logger(__name__)

# Requests under way at once; the server has processors of its own.
THREADS: Final = 2
# A server that does not take a chunk for so long is down (s); the rebuild ends then and can be run again.
_LONGEST_OUTAGE: Final = 120.0


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """`removed` are the indices that the new one has made needless, `refused` links (ids) that it does not take."""

    index: str
    links: int
    refused: Sequence[int]
    removed: Sequence[str]


def rebuild(*, now: datetime, advance: Callable[[int], None] = lambda _done: None) -> Rebuilt:
    """A new index with all links, searched in place of the one before; `advance` is told of links as they are done.

    What an earlier rebuild has left unfinished is removed first, so a rebuild that failed is simply run again.
    Raises SinkUnavailable when Elasticsearch is away for long; searches go on in the index before then.
    """
    removed = list(indices.drop_unfinished())
    name = indices.create(now=now)
    links, refused = 0, []
    for done in _fill(name):
        links += done.taken + done.outdated
        refused += [link_id for link_id, _reason in done.refused]
        advance(done.taken + done.outdated + len(done.refused))
    removed += indices.publish(name)
    log.info("search_index_rebuilt", index=name, links=links, refused=len(refused))
    return Rebuilt(name, links, refused, removed)


def count_links() -> int:
    """About how many links a rebuild will read."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT greatest(reltuples::bigint, 0) FROM pg_class WHERE oid = %s::regclass", [Link._meta.db_table])
        estimate = int(cursor.fetchone()[0])
    # Statistics of small tables are often missing, and counting those is quick.
    return estimate if estimate > 10 * CHUNK else Link.objects.count()


def _fill(name: str) -> Iterator[Written]:
    """Write all links, by id: this thread reads, and some write."""
    stop = threading.Event()
    with ThreadPoolExecutor(THREADS) as pool:
        running: set[Future[Written]] = set()
        try:
            for links in _chunks():
                running.add(pool.submit(write_patiently, links, name, stop))
                if len(running) > THREADS:
                    finished, running = wait(running, return_when=FIRST_COMPLETED)
                    yield from (future.result() for future in finished)
            yield from (future.result() for future in wait(running).done)
        finally:
            stop.set()


def _chunks() -> Iterator[Sequence[LinkRow]]:
    """All links in the order of their ids, each chunk read as it stands then; links made meanwhile are told by their events too."""
    last = 0
    while chunk := read_rows(pk__gt=last, most=CHUNK):
        last = chunk[-1].pk
        yield chunk


def write_patiently(links: Sequence[LinkRow], name: str, stop: threading.Event) -> Written:
    """Write one chunk to the index `name`, waiting out short outages. Raises SinkUnavailable after a long one, or when `stop` is set."""
    backoff, waited = Backoff(first=0.5, longest=10.0), 0.0
    while True:
        try:
            return write_links(links, index=name)
        except SinkUnavailable as error:
            delay = backoff.next_delay()
            waited += delay
            if waited > _LONGEST_OUTAGE or stop.is_set():
                raise
            log.warning("chunk_not_taken", index=name, reason=str(error), retry_in=round(delay, 1))
            stop.wait(delay)
