"""Work that the scheduler starts."""

import time
from datetime import UTC, datetime
from functools import partial

from celery import shared_task

from apps.analytics.trending import episodes
from apps.analytics.trending.consumers import windows


@shared_task(name="trending.look_again")
def look_again(**_: object) -> int:
    """End the episodes of links that trend no more; how many."""
    now = time.time()
    return episodes.look_again(partial(windows().clicks, now=now), now=datetime.fromtimestamp(now, UTC))
