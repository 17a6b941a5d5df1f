"""Names of all topics. A dead letter of topic T lands in `T.dlq`."""

from enum import StrEnum


class Topic(StrEnum):
    URL_CREATED = "url_created_events"
    URL_UPDATED = "url_updated_events"
    URL_DELETED = "url_deleted_events"
    URL_EXPIRED = "url_expired_events"
    URL_REDIRECTED = "url_redirected_events"
    ORPHAN_CLICK = "orphan_click_events"
    URL_TRENDING = "url_trending_events"
    HIGH_TRAFFIC = "high_traffic_alerts"
    USER = "user_events"


def dead_letter_topic(topic: str) -> str:
    """Topic that holds the dead letters of `topic`."""
    return f"{topic}.dlq"
