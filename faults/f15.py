"""The relay is killed again and again after publishing and before marking, while fifty writers hold
transactions open for up to two seconds."""

import random
import signal
import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

import psycopg

from faults import pipeline
from faults.links import Links
from faults.pipeline import tell_engines
from faults.report import Report
from faults.rows import FRESH, mixed_play
from faults.scale import Scale
from faults.servers import play_part
from faults.stage import Stage

WRITERS = 50
LONGEST_TRANSACTION = 2.0
PUBLISHED_WITHIN = 30.0
# One transaction of so many is given up.
_ROLLED_BACK = 5
_PATIENCE = 30
_WATCHER = "watcher"
_INSERT = """
    INSERT INTO events_outboxevent (id, topic, key, schema_version, payload, occurred_at)
    VALUES (%s, %s, %s, 1, %s, %s)
"""


@dataclass(slots=True)
class Written:
    """Ids of events whose transactions were committed, and of those that were rolled back."""

    committed: set[str] = field(default_factory=set)
    rolled_back: set[str] = field(default_factory=set)


def run(stage: Stage, scale: Scale, report: Report) -> None:
    from apps.events.topics import Topic  # noqa: PLC0415 - models need the stage's settings

    tell_engines(report)
    # What it has yet to read is not removed.
    pipeline.bus().register(group=_WATCHER, topics=[Topic.URL_UPDATED])
    written, stop = Written(), threading.Event()
    payload = _payload(stage)
    writers = [threading.Thread(target=_write, args=[stage, number, payload, written, stop], daemon=True) for number in range(WRITERS)]
    stage.end_carrier("relay_outbox")
    kills = 0
    with mixed_play(stage, scale) as play:
        for writer in writers:
            writer.start()
        for number in range(scale.consumer_kills):
            if number % 2:
                stage.start_carrier("relay_outbox")
                time.sleep(random.uniform(0.8, 2.5))  # noqa: S311 - any time
                stage.end_carrier("relay_outbox", signal.SIGKILL)
            elif play_part(stage.own_environment, stage.log("relay"), "faults.relay").wait(_PATIENCE) != -signal.SIGKILL:
                raise RuntimeError("the relay that was to die ended otherwise; see its log")
            kills += 1
        stage.start_carrier("relay_outbox")
        stop.set()
        for writer in writers:
            writer.join(_PATIENCE)
    report.tell("kills", kills)
    _judge(report, written)
    report.none("redirects wrong", play.links.history.wrong(play.answers, stale=float(_PATIENCE)))
    settled = [answer for answer in play.answers if answer.at > play.ended + scale.recovery / 2]
    report.none("wrong in the end", play.links.history.wrong(settled, stale=scale.seconds(FRESH)))


def _payload(stage: Stage) -> str:
    """What an event about a link holds."""
    from apps.events.models import OutboxEvent  # noqa: PLC0415
    from apps.events.topics import Topic  # noqa: PLC0415

    links = Links(stage)
    links.edit(links.make())
    with psycopg.connect(stage.engines.urls.database) as connection:
        [payload] = connection.execute(
            f"SELECT payload::text FROM {OutboxEvent._meta.db_table} WHERE topic = %s ORDER BY id DESC LIMIT 1",  # noqa: S608 - our table
            [Topic.URL_UPDATED],
        ).fetchone() or [""]
        return str(payload)


def _write(stage: Stage, number: int, payload: str, written: Written, stop: threading.Event) -> None:
    """One event a transaction, its id drawn at the transaction's begin, committed up to two seconds later."""
    from apps.common.ids import uuid7  # noqa: PLC0415
    from apps.events.topics import Topic  # noqa: PLC0415

    chance = random.Random(number)  # noqa: S311 - the same in each run
    with psycopg.connect(stage.engines.urls.database) as connection:
        while not stop.is_set():
            event_id = uuid7()
            connection.execute(_INSERT, [event_id, Topic.URL_UPDATED, f"writer-{number}", payload, datetime.now(UTC)])
            time.sleep(chance.uniform(0, LONGEST_TRANSACTION))
            if chance.randrange(_ROLLED_BACK):
                connection.commit()
                written.committed.add(str(event_id))
            else:
                connection.rollback()
                written.rolled_back.add(str(event_id))


def _judge(report: Report, written: Written) -> None:
    published: dict[str, int] = {}
    began = time.monotonic()
    while written.committed - published.keys() and time.monotonic() - began < PUBLISHED_WITHIN:
        for event_id in _read():
            published[str(event_id)] = published.get(str(event_id), 0) + 1
    report.tell("committed", len(written.committed))
    report.tell("rolled back", len(written.rolled_back))
    report.none("never published", written.committed - published.keys())
    report.none("published though rolled back", written.rolled_back & published.keys())
    report.tell("published again", sum(count > 1 for count in published.values()))
    report.tell("published within", time.monotonic() - began, "s")


def _read() -> list[UUID]:
    """Ids of events that the watcher has not seen, in the order of the bus."""
    from apps.events.envelope import Event  # noqa: PLC0415
    from apps.events.topics import Topic  # noqa: PLC0415

    consumer = pipeline.bus().consumer(group=_WATCHER, topics=[Topic.URL_UPDATED])
    found: list[UUID] = []
    try:
        while batches := consumer.poll(timeout=3, max_records=10_000):
            for batch in batches:
                found.extend(Event.decode(record.value).id for record in batch.records)
                consumer.commit(batch.partition, batch.last_offset + 1)
    finally:
        consumer.close()
    return found
