"""The bus itself: factory of producers and consumers."""

from collections.abc import Mapping, Sequence

from apps.events.bus import Partition
from apps.events.kafka_bus import metrics  # noqa: F401 - its figures are told by whoever uses this bus
from apps.events.kafka_bus.admin import Admin
from apps.events.kafka_bus.consumer import PATIENT, KafkaBusConsumer, Timing
from apps.events.kafka_bus.producer import KafkaBusProducer


class KafkaBus:
    """Bus on the brokers of settings.KAFKA_BOOTSTRAP_SERVERS; `manage.py create_topics` makes its topics."""

    def __init__(self, *, timing: Timing = PATIENT) -> None:
        self._timing = timing
        self._admin = Admin()

    def producer(self) -> KafkaBusProducer:
        return KafkaBusProducer()

    def consumer(self, *, group: str, topics: Sequence[str]) -> KafkaBusConsumer:
        return KafkaBusConsumer(group=group, topics=topics, timing=self._timing, lag=lambda: self.lag(group=group, topics=topics))

    def register(self, *, group: str, topics: Sequence[str]) -> None:  # noqa: ARG002 - another bus needs the group
        """Kafka removes by age, whoever has read what, and a group without a commit begins at the first
        record: there is nothing to note down. But a topic that is missing is better noticed now."""
        self._admin.partitions(topics)

    def lag(self, *, group: str, topics: Sequence[str]) -> Mapping[Partition, int]:
        return self._admin.lag(group=group, topics=topics)

    def close(self) -> None:
        """Release what was opened to ask the brokers; producers and consumers are closed by whoever made them."""
        self._admin.close()
