"""Work that the scheduler starts."""

from celery import shared_task
from django.utils import timezone

from apps.analytics import popular


@shared_task(name="analytics.warm_popular_links")
def warm_popular_links(**_: object) -> int:
    """Put the links clicked most in the last 24 h into Redis; how many."""
    return popular.warm_popular_links(now=timezone.now())
