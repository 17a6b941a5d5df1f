"""Seeds links, rebuilds the index and brings changes to it; prints the rates as JSON. A process of its own, with Django."""

import json
import os
import sys
import time
from datetime import UTC, datetime
from typing import Any

import django

from bench._search_seed import chunks, seed

LINKS = int(os.environ.get("BENCH_INDEX_LINKS", "200000"))
# Links changed, as many at once as a consumer takes.
_CHANGED = 20_000


def main() -> None:
    django.setup()
    from apps.links.search.elastic.indexer import SearchIndexer  # noqa: PLC0415 - Django is set up by now
    from apps.links.search.elastic.rebuild import rebuild  # noqa: PLC0415

    seed(LINKS)
    began = time.monotonic()
    done = rebuild(now=datetime.now(UTC))
    rebuilding = time.monotonic() - began
    changed = min(_CHANGED, LINKS)
    batches = [_batch(ids) for ids in chunks(changed, SearchIndexer.max_records)]
    indexer, nobody = SearchIndexer(), _nobody()
    began = time.monotonic()
    for batch in batches:
        indexer.handle(batch, nobody)
    json.dump({"rebuild": done.links / rebuilding, "events": changed / (time.monotonic() - began), "links": done.links}, sys.stdout)


def _batch(ids: range) -> Any:
    """A batch of events as the bus would give it, one for each link."""
    from apps.common.ids import uuid7  # noqa: PLC0415
    from apps.events.bus import Batch, Partition, Record  # noqa: PLC0415
    from apps.events.envelope import Event  # noqa: PLC0415
    from apps.events.topics import Topic  # noqa: PLC0415
    from apps.links.events import payload_of  # noqa: PLC0415
    from apps.links.models import Link  # noqa: PLC0415

    now, records = datetime.now(UTC), []
    for link in Link.objects.filter(pk__in=ids).select_related("domain").prefetch_related("tags").order_by("pk"):
        event = Event(id=uuid7(), topic=Topic.URL_UPDATED, key=str(link.pk), occurred_at=now, version=1, payload=payload_of(link))
        records.append(Record(link.pk, event.key, event.encode(), {}, now))
    return Batch(Partition(Topic.URL_UPDATED, 0, "log"), records)


def _nobody() -> Any:
    """The indexer asks nothing of its consumer."""
    return None


if __name__ == "__main__":
    main()
