"""kafka-python as this room uses it; everything of the library is imported from here.

It has no types, and warns while it is imported (it reads its own files in a way that Python has deprecated).
"""

import warnings

from apps.events.kafka_bus.handshakes import bound_handshakes

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    from kafka import ConsumerRebalanceListener, KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
    from kafka.admin import ConfigResource, ConfigResourceType
    from kafka.coordinator.assignors.roundrobin import RoundRobinPartitionAssignor
    from kafka.errors import (
        CommitFailedError,
        KafkaError,
        NoOffsetForPartitionError,
        OffsetOutOfRangeError,
        RebalanceInProgressError,
        RetriableError,
        TopicAlreadyExistsError,
    )
    from kafka.net.compat import KafkaNetClient
    from kafka.net.transport import KafkaSSLTransport
    from kafka.protocol.consumer import OffsetSpec
    from kafka.structs import OffsetAndMetadata

bound_handshakes(KafkaSSLTransport)

__all__ = [
    "CommitFailedError",
    "ConfigResource",
    "ConfigResourceType",
    "ConsumerRebalanceListener",
    "KafkaAdminClient",
    "KafkaConsumer",
    "KafkaError",
    "KafkaNetClient",
    "KafkaProducer",
    "NoOffsetForPartitionError",
    "OffsetAndMetadata",
    "OffsetOutOfRangeError",
    "OffsetSpec",
    "RebalanceInProgressError",
    "RetriableError",
    "RoundRobinPartitionAssignor",
    "TopicAlreadyExistsError",
    "TopicPartition",
]
