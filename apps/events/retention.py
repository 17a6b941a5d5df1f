"""Removing what is no longer needed, in short transactions."""

from datetime import datetime, timedelta

from apps.events.models import OutboxEvent, ProducerSequence

# Published outbox events stay this long, for looking back.
OUTBOX_KEPT = timedelta(days=7)
# A producer silent for this long has ended: nothing of it can still be on its way.
SEQUENCES_KEPT = timedelta(days=30)
CHUNK = 5_000


def purge_published_outbox(*, now: datetime) -> int:
    """Remove outbox events published more than OUTBOX_KEPT before `now`; how many."""
    old = OutboxEvent.objects.filter(published_at__lt=now - OUTBOX_KEPT).order_by("published_at")
    total = 0
    while keys := list(old.values_list("pk", flat=True)[:CHUNK]):
        total += OutboxEvent.objects.filter(pk__in=keys).delete()[0]
    return total


def purge_producer_sequences(*, now: datetime) -> int:
    """Remove sequence numbers that have not moved for SEQUENCES_KEPT before `now`; how many."""
    old = ProducerSequence.objects.filter(updated_at__lt=now - SEQUENCES_KEPT).order_by("updated_at")
    total = 0
    while keys := list(old.values_list("pk", flat=True)[:CHUNK]):
        # The age is asked for again: a producer may have come back between the two statements.
        removed = ProducerSequence.objects.filter(pk__in=keys, updated_at__lt=now - SEQUENCES_KEPT).delete()[0]
        total += removed
    return total
