"""Consumers of the redirects room."""

import psycopg
from prometheus_client import Counter

from apps.events.envelope import Event
from apps.events.errors import SinkUnavailable
from apps.events.topics import Topic
from apps.redirects.invalidation import invalidate
from apps.redirects.warming import warm_trending

WARMED = Counter("cache_warmed_trending_links_total", "Links put into Redis because they began to trend.")


class LinkCacheInvalidation:
    """Back-stop of `on_link_changed`: does again what Redis may have missed while it was away.

    Doing it twice is harmless: a tombstone never replaces a newer entry.
    """

    group = "link-cache"
    topics = (Topic.URL_CREATED, Topic.URL_UPDATED, Topic.URL_DELETED, Topic.URL_EXPIRED)

    def handle(self, event: Event) -> None:
        """Raises redis.exceptions.RedisError when Redis does not answer; the runner tries again."""
        payload = event.payload
        # Events from before there were aliases do not name any.
        for code in (payload["code"], *payload.get("aliases", ())):
            invalidate(domain_id=payload["domain_id"], code=code, version=payload["link_version"])


class CacheWarmer:
    """Brings links that begin to trend into Redis and into every redirector, before most of their visitors come.

    Doing it twice is harmless: it reads the link anew, and what is newer is left alone.
    """

    group = "cache-warmer"
    topics = (Topic.URL_TRENDING,)

    def handle(self, event: Event) -> None:
        """Raises redis.exceptions.RedisError or SinkUnavailable when an engine does not answer; the runner tries again."""
        try:
            WARMED.inc(warm_trending(event.payload["link_id"]))
        except psycopg.OperationalError as error:
            raise SinkUnavailable(f"PostgreSQL: {error}") from error
