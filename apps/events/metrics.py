"""Counters of the pipeline; what waits is in `waiting.py`. Labels are names of groups and topics: small, closed sets."""

from prometheus_client import Counter

HANDLED = Counter("events_handled_total", "Records whose effect is done.", ["group", "topic"])
RETRIED = Counter("events_retried_total", "Attempts to handle a record or batch that failed.", ["group", "topic"])
DEAD_LETTERED = Counter("events_dead_lettered_total", "Records put aside in the dead-letter topic.", ["group", "topic"])
PUBLISHED = Counter("outbox_published_total", "Outbox events published and confirmed.", ["topic"])
REMOVED_UNREAD = Counter(
    "events_removed_unread_total",
    "Records that Kafka removed before their group had read them; 0 in health.",
    ["group", "topic"],
)
