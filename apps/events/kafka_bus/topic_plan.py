"""Which topics the brokers need, and how they should be."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.conf import settings

from apps.events.kafka_bus import names
from apps.events.topics import Topic, dead_letter_topic

_DAY_MS = 24 * 3600 * 1000
# The longest record: what other programs may put into a topic must fit into its dead letters, with the reason.
EVENT_BYTES = 4 * 1024 * 1024
DEAD_LETTER_BYTES = 5 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class PlannedTopic:
    """A topic by its name on the brokers. A `replication` of -1 leaves it to them."""

    name: str
    partitions: int
    replication: int
    configs: Mapping[str, str]


def planned_topics() -> list[PlannedTopic]:
    """All topics of the product and their dead letters, by settings."""
    return [plan for topic in Topic for plan in (plan_topic(topic), plan_dead_letters(topic))]


def plan_topic(topic: str) -> PlannedTopic:
    own = settings.KAFKA_TOPIC_OPTIONS.get(str(topic), {})
    retention = own.get("retention_days", settings.KAFKA_RETENTION_DAYS) * _DAY_MS
    return _plan(topic, partitions=own.get("partitions", settings.EVENT_PARTITIONS), own=own, retention=retention, longest=EVENT_BYTES)


def plan_dead_letters(topic: str) -> PlannedTopic:
    """Few, and kept until somebody has brought them back."""
    own = settings.KAFKA_TOPIC_OPTIONS.get(str(topic), {})
    return _plan(dead_letter_topic(topic), partitions=1, own=own, retention=-1, longest=DEAD_LETTER_BYTES)


def _plan(name: str, *, partitions: int, own: Mapping[str, int], retention: int, longest: int) -> PlannedTopic:
    replication = own.get("replication", settings.KAFKA_REPLICATION) or -1
    configs = {
        "cleanup.policy": "delete",
        "retention.ms": str(retention),
        "max.message.bytes": str(longest),
        # The brokers' clocks. A producer's may be wrong, and a record of tomorrow would be refused.
        "message.timestamp.type": "LogAppendTime",
        # A replica that lags behind would take acknowledged records back.
        "unclean.leader.election.enable": "false",
    }
    if replication >= 3:
        configs["min.insync.replicas"] = "2"
    return PlannedTopic(names.on_broker(name), partitions, replication, configs)
