"""Periodic work of this room; settings.CELERY_BEAT_SCHEDULE says when."""

from typing import Any

import structlog
from celery import shared_task
from django.utils import timezone

from apps.events import retention

log = structlog.get_logger(__name__)


@shared_task(name="events.purge_published_outbox")
def purge_published_outbox(**_kwargs: Any) -> None:
    """Remove published outbox events that nobody needs any more."""
    log.info("outbox_purged", removed=retention.purge_published_outbox(now=timezone.now()))


@shared_task(name="events.purge_producer_sequences")
def purge_producer_sequences(**_kwargs: Any) -> None:
    """Remove the sequence numbers of producers that ended long ago."""
    log.info("producer_sequences_purged", removed=retention.purge_producer_sequences(now=timezone.now()))
