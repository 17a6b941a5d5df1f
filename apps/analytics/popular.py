"""Links that are clicked most, and Redis made ready for them."""

import logging
from datetime import datetime, timedelta

import psycopg
from prometheus_client import Counter
from redis.exceptions import RedisError

from apps.analytics.errors import AnalyticsUnavailable
from apps.analytics.queries import fetch
from apps.redirects.warming import MOST, warm_hottest

logger = logging.getLogger(__name__)

WARMED = Counter("cache_warmed_links_total", "Links put into Redis before redirectors asked for them.")
FAILED = Counter("cache_warming_failures_total", "Rounds of warming that an engine cut short.")

_WINDOW = timedelta(hours=24)
# Bots are counted too: they are redirected like anybody else, and cost as much.
_POPULAR = """
SELECT link_id FROM clicks_hourly
WHERE hour >= toStartOfHour(toDateTime(%(since)s, 'UTC'))
GROUP BY link_id ORDER BY sum(clicks) DESC, link_id LIMIT %(most)s
"""


def popular_links(*, now: datetime, most: int = MOST) -> list[int]:
    """Ids of the links clicked most in the 24 h before `now` (aware), most clicks first. Raises AnalyticsUnavailable."""
    return [int(link_id) for (link_id,) in fetch(_POPULAR, {"since": int((now - _WINDOW).timestamp()), "most": most})]


def warm_popular_links(*, now: datetime) -> int:
    """Put the popular links into Redis, and say for redirectors that start which they are; how many.

    Never raises for an engine that is away: the next round comes.
    """
    try:
        warmed = warm_hottest(popular_links(now=now))
    except (AnalyticsUnavailable, psycopg.Error, RedisError, OSError) as error:
        FAILED.inc()
        logger.warning("links_not_warmed error=%r", error)
        return 0
    WARMED.inc(warmed)
    return warmed
