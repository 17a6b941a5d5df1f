"""Telling the bus, once, that a link has expired. Visitors do not wait for it: the redirector looks
at the time itself."""

from datetime import datetime

from django.db import transaction

from apps.events.topics import Topic
from apps.links.events import record
from apps.links.models import Link

CHUNK = 500


def announce_expired(*, now: datetime) -> int:
    """Record one event for each link that has expired by `now` and has not been told of; their number.

    Each chunk is a transaction of its own, so what is done stays done, and several runs at once
    share the work: a row that another run holds is passed over.
    """
    total = 0
    while announced := _announce_chunk(now=now):
        total += announced
    return total


@transaction.atomic
def _announce_chunk(*, now: datetime) -> int:
    due = (
        Link.objects.not_deleted()
        .filter(expires_at__lte=now, expiry_announced_at=None)
        .order_by("expires_at", "pk")
        .select_for_update(of=("self",), skip_locked=True)
    )
    links = list(due.for_rows().prefetch_related("aliases")[:CHUNK])
    Link.objects.filter(pk__in=[link.pk for link in links]).update(expiry_announced_at=now)
    for link in links:
        record(link, topic=Topic.URL_EXPIRED, now=now)
    return len(links)
