"""Work that the scheduler starts."""

import structlog
from celery import shared_task
from django.utils import timezone
from prometheus_client import Counter

from apps.analytics.lifecycle import purges
from apps.events.errors import SinkUnavailable

log = structlog.get_logger(__name__)

FAILED = Counter("erasures_failed_total", "Rounds of erasing the clicks of purged links that ClickHouse cut short.")


@shared_task(name="lifecycle.erase_purged")
def erase_purged(**_: object) -> int:
    """Erase the clicks of links that are gone; how many."""
    try:
        return purges.erase_purged(now=timezone.now())
    except SinkUnavailable as error:
        FAILED.inc()
        log.warning("clicks_not_erased", reason=str(error))
        return 0
