"""The way of clicks behind the redirectors: how much waits on it, and whether its ends agree."""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from faults.oracle import judge_clicks
from faults.report import Report
from faults.traffic import failures
from tests.load.generator import Answer

if TYPE_CHECKING:
    from apps.events.bus import Bus

# Which ClickHouse a stage has.
ENGINE = "chDB"
_LOOK_SECONDS = 0.25


@dataclass(frozen=True, slots=True)
class Sums:
    """Clicks of all links together: rows of the table, different ids among them, what the rollup counts,
    what links count, and visitors' first clicks against visitors."""

    rows: int
    distinct: int
    in_rollup: int
    on_links: int
    firsts: int
    visitors: int


def bus() -> "Bus":
    from apps.events.buses import get_bus  # noqa: PLC0415 - settings are the stage's

    return get_bus()


def lag() -> int:
    """Clicks on the bus that ingest has not yet committed."""
    from apps.analytics.consumers import ClickIngest  # noqa: PLC0415

    return sum(bus().lag(group=ClickIngest.group, topics=ClickIngest.topics).values())


def seconds_until_drained(patience: float) -> float:
    """Seconds until ingest has committed all clicks; infinity when it has not within `patience`."""
    began = time.monotonic()
    while lag():
        if time.monotonic() - began > patience:
            return float("inf")
        time.sleep(_LOOK_SECONDS)
    return time.monotonic() - began


def publish(values: Iterable[tuple[str, bytes]]) -> None:
    """Append values to the topic of clicks, each with its key."""
    from apps.analytics.consumers import ClickIngest  # noqa: PLC0415
    from apps.events.bus import Message  # noqa: PLC0415

    producer = bus().producer()
    producer.publish(ClickIngest.topics[0], [Message(key, value) for key, value in values])
    producer.confirm(timeout=30)
    producer.close()


def sums() -> Sums:
    """What all stores say now."""
    from django.db import connections  # noqa: PLC0415
    from django.db.models import Sum  # noqa: PLC0415

    from apps.links.models import Link  # noqa: PLC0415

    known = set(Link.objects.values_list("pk", flat=True))
    with connections["clickhouse"].cursor() as cursor:
        cursor.execute(
            "SELECT count(), uniqExact(event_id), (SELECT sum(clicks) FROM clicks_hourly WHERE link_id IN %s), countIf(is_unique_visitor),"
            " uniqExactIf((link_id, visitor_id), NOT is_bot) FROM click_events WHERE link_id IN %s",
            [list(known), list(known)],
        )
        rows, distinct, in_rollup, firsts, visitors = cursor.fetchone()
    on_links = Link.objects.aggregate(total=Sum("click_count"))["total"] or 0
    return Sums(rows, distinct, in_rollup, on_links, firsts, visitors)


def judge_sums(report: Report) -> None:
    """Table, rollup, and links agree, and each visitor has one first click on a link a day."""
    found = sums()
    report.tell("clicks in all", found.rows)
    for name, count in [("different", found.distinct), ("in the rollup", found.in_rollup), ("on links", found.on_links)]:
        report.none(f"{name}: off by", {str(count - found.rows)} - {"0"})
    report.none("first clicks: off by", {str(found.firsts - found.visitors)} - {"0"})


def judge_ingest(report: Report, answers: list[Answer], *, within: float, longer: float = 0.0) -> None:
    """No redirect failed, and each click of `answers` is stored once, everywhere; `within` s, of which `longer` are
    allowed besides for the first to come through."""
    report.none("redirects failed", failures(answers))
    judge_clicks(report, answers, patience=within + longer)
    report.at_most("drained after", seconds_until_drained(within), within, "s")
    judge_sums(report)


def tell_engines(report: Report) -> None:
    """Which bus and which ClickHouse the fault is played on."""
    from django.conf import settings  # noqa: PLC0415
    from django.db import connections  # noqa: PLC0415

    with connections["clickhouse"].cursor() as cursor:
        cursor.execute("SELECT version()")
        version = cursor.fetchone()[0]
    report.tell("on", f"{settings.EVENT_BUS.rpartition('.')[2]} and {ENGINE} {version}")


def sums_by_link() -> dict[int, tuple[int, ...]]:
    """What all stores say of each link: rows, different ids, the rollup, the link itself, first clicks."""
    from django.db import connections  # noqa: PLC0415

    from apps.links.models import Link  # noqa: PLC0415

    with connections["clickhouse"].cursor() as cursor:
        cursor.execute("SELECT link_id, count(), uniqExact(event_id), countIf(is_unique_visitor) FROM click_events GROUP BY link_id")
        rows = {link: (count, distinct, firsts) for link, count, distinct, firsts in cursor.fetchall()}
        cursor.execute("SELECT link_id, sum(clicks) FROM clicks_hourly GROUP BY link_id")
        rollup = dict(cursor.fetchall())
    on_links = dict(Link.objects.filter(click_count__gt=0).values_list("pk", "click_count"))
    links = rows.keys() | rollup.keys() | on_links.keys()
    return {link: (*rows.get(link, (0, 0, 0)), rollup.get(link, 0), on_links.get(link, 0)) for link in links}


def rewind(group: str) -> int:
    """Let `group`, of which no consumer runs, begin at the first click there is; how many it has before it then."""
    import redis  # noqa: PLC0415
    from django.conf import settings  # noqa: PLC0415

    from apps.events.redis_streams import keys  # noqa: PLC0415

    field = keys.offset_field(group)
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        for state in client.scan_iter("*:state"):
            if client.hexists(state, field):
                client.hset(state, field, "1")
    return lag()


def read_all(group: str) -> list[tuple[str, bytes]]:
    """Keys and values of all clicks that `group` has not read, which has read them then."""
    from apps.analytics.consumers import ClickIngest  # noqa: PLC0415

    consumer = bus().consumer(group=group, topics=ClickIngest.topics)
    found: list[tuple[str, bytes]] = []
    try:
        while batches := consumer.poll(timeout=3, max_records=10_000):
            for batch in batches:
                found.extend((record.key, record.value) for record in batch.records)
                consumer.commit(batch.partition, batch.last_offset + 1)
    finally:
        consumer.close()
    return found


def dead_letters(topic: str) -> dict[bytes, str]:
    """Dead letters of `topic`: what each held, and the reason."""
    from apps.events.topics import dead_letter_topic  # noqa: PLC0415

    consumer = bus().consumer(group="reader-of-dead-letters", topics=[dead_letter_topic(topic)])
    found: dict[bytes, str] = {}
    try:
        while batches := consumer.poll(timeout=3, max_records=1_000):
            for batch in batches:
                found |= {record.value: record.headers.get("reason", b"").decode() for record in batch.records}
    finally:
        consumer.close()
    return found
