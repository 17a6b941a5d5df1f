"""Consumers of the redirects room."""

from apps.events.envelope import Event
from apps.events.topics import Topic
from apps.redirects.invalidation import invalidate


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
