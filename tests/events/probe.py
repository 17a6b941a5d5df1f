"""A consumer group for tests that run `manage.py consume` in a process of its own and kill it."""

import os
import time
from collections.abc import Sequence

import orjson
import redis
from django.conf import settings

from apps.events.bus import Batch, Consumer, PartitionLost, Record
from apps.events.handlers import DeadLetter
from apps.events.kafka_bus import KafkaBus
from apps.events.ledger import Claim, Ledger
from apps.events.redis_streams import RedisStreamsBus
from apps.events.topics import Topic
from tests.events.conftest import HASTY, KAFKA_HASTY

# A sink that stores a block under its token once, as ClickHouse does.
STORE = """
if redis.call('SADD', KEYS[1], ARGV[1]) == 1 then
  for i = 2, #ARGV do redis.call('HINCRBY', KEYS[2], ARGV[i], 1) end
end
"""
TOKENS = "probe:tokens"
COUNTS = "probe:counts"


class HastyBus(RedisStreamsBus):
    """The bus of a process that tests kill: its partitions are free again soon after."""

    def __init__(self) -> None:
        super().__init__(timing=HASTY)


class HastyKafkaBus(KafkaBus):
    """The same on Kafka."""

    def __init__(self) -> None:
        super().__init__(timing=KAFKA_HASTY)


class Probe:
    """Counts each link it is told of in a sink, exactly once in effect; takes its time, so that a
    kill finds it anywhere."""

    group = "probe"
    topics: tuple[Topic, ...] = (Topic.URL_UPDATED,)
    max_records = 20

    def __init__(self) -> None:
        self._ledger = Ledger(group=self.group)
        self._sink = redis.Redis.from_url(settings.REDIS_URL)
        self._delay = float(os.environ.get("PROBE_DELAY", "0.01"))

    def handle(self, batch: Batch, consumer: Consumer) -> Sequence[DeadLetter]:
        while (claim := self._ledger.claim(batch)) is not None:
            self._store(claim, self._claimed(claim, batch, consumer))
        return []

    def _claimed(self, claim: Claim, batch: Batch, consumer: Consumer) -> Sequence[Record]:
        if claim.is_replay:
            return consumer.read_range(claim.partition, claim.first, claim.last)
        return [record for record in batch.records if claim.first <= record.offset <= claim.last]

    def _store(self, claim: Claim, records: Sequence[Record]) -> None:
        time.sleep(self._delay)
        links = [str(orjson.loads(record.value)["payload"]["link_id"]) for record in records]
        self._sink.eval(STORE, 2, TOKENS, COUNTS, claim.token, *links)
        time.sleep(self._delay)
        if not self._ledger.complete(claim, sequences={}, effects=lambda: None):
            raise PartitionLost(claim.token)
        time.sleep(self._delay)
