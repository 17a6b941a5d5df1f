"""The bus itself: factory of producers and consumers."""

import secrets
from collections.abc import Mapping, Sequence

from django.conf import settings

from apps.events.bus import Partition
from apps.events.redis_streams import keys, scripts
from apps.events.redis_streams.connection import connect, translated_errors
from apps.events.redis_streams.consumer import RedisConsumer
from apps.events.redis_streams.keys import Slot
from apps.events.redis_streams.leases import PATIENT, Timing
from apps.events.redis_streams.producer import RedisProducer


class RedisStreamsBus:
    """Bus on the server of settings.REDIS_URL, with settings.EVENT_PARTITIONS partitions a topic."""

    def __init__(self, *, timing: Timing = PATIENT) -> None:
        self._partitions: int = settings.EVENT_PARTITIONS
        self._timing = timing

    def producer(self) -> RedisProducer:
        return RedisProducer(partitions=self._partitions)

    def consumer(self, *, group: str, topics: Sequence[str]) -> RedisConsumer:
        return RedisConsumer(group=group, slots=self._slots(topics), timing=self._timing)

    def register(self, *, group: str, topics: Sequence[str]) -> None:
        client = connect()
        with client, translated_errors(), client.pipeline(transaction=False) as pipeline:
            for slot in self._slots(topics):
                pipeline.eval(scripts.REGISTER, 2, slot.stream, slot.state, secrets.token_hex(8), keys.offset_field(group))
            pipeline.execute()

    def lag(self, *, group: str, topics: Sequence[str]) -> Mapping[Partition, int]:
        client = connect()
        slots = self._slots(topics)
        with client, translated_errors(), client.pipeline(transaction=False) as pipeline:
            for slot in slots:
                pipeline.eval(scripts.LAG, 2, slot.stream, slot.state, keys.offset_field(group))
            answers = pipeline.execute()
        lags = {}
        for slot, answer in zip(slots, answers, strict=True):
            log_id, count = answer or (b"", 0)
            lags[Partition(slot.topic, slot.number, log_id.decode())] = int(count)
        return lags

    def _slots(self, topics: Sequence[str]) -> list[Slot]:
        return [Slot(str(topic), number) for topic in sorted(topics) for number in range(self._partitions)]
