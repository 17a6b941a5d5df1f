"""Work that the scheduler starts."""

from celery import shared_task
from django.utils import timezone

from apps.links import expiry


@shared_task(name="links.announce_expired_links")
def announce_expired_links(**_: object) -> int:
    """Tell the bus of links that have expired since the last run; their number."""
    return expiry.announce_expired(now=timezone.now())
