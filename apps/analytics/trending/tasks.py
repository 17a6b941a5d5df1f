"""Work that the scheduler starts. An engine that is away ends a round; the next one comes in a minute."""

import time
from datetime import UTC, datetime
from functools import partial

import structlog
from celery import shared_task
from django.utils import timezone
from prometheus_client import Counter
from redis.exceptions import RedisError

from apps.analytics.errors import AnalyticsUnavailable
from apps.analytics.trending import alerts, episodes
from apps.analytics.trending.consumers import windows

log = structlog.get_logger(__name__)

ALERTS = Counter("traffic_alerts_total", "Links that began to have unusually many clicks.")
FAILED = Counter("trending_rounds_failed_total", "Rounds that an engine cut short.", ["round"])


@shared_task(name="trending.look_again")
def look_again(**_: object) -> int:
    """End the episodes of links that trend no more; how many."""
    now = time.time()
    try:
        return episodes.look_again(partial(windows().clicks, now=now), now=datetime.fromtimestamp(now, UTC))
    except RedisError as error:
        FAILED.labels("trending").inc()
        log.warning("trending_links_not_looked_at", reason=str(error))
        return 0


@shared_task(name="trending.watch_traffic")
def watch_traffic(**_: object) -> int:
    """Tell of links with unusually many clicks; how many began."""
    try:
        begun = alerts.watch(now=timezone.now())
    except AnalyticsUnavailable as error:
        FAILED.labels("alerts").inc()
        log.warning("traffic_not_watched", reason=str(error))
        return 0
    ALERTS.inc(len(begun))
    if begun:
        log.info("traffic_alerts", link_ids=begun)
    return len(begun)
