"""Raw table, rollup and link counters agree, wherever ingest is stopped and whatever comes twice."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NoReturn

import pytest
import redis
from django.db import connections
from django.utils import timezone

from apps.accounts.models import User
from apps.analytics import store
from apps.analytics.consumers import ClickIngest
from apps.analytics.enrichment import Enricher
from apps.analytics.enrichment.addresses import AddressPolicy
from apps.analytics.enrichment.visitors import VisitorIds
from apps.analytics.rows import ClickRow
from apps.common.visitors.geoip import UNKNOWN, Place
from apps.events.bus import Batch, Consumer, Message
from apps.events.errors import SinkUnavailable
from apps.events.redis_streams import RedisStreamsBus, keys
from apps.events.redis_streams.leases import Timing
from apps.events.runner import GroupRunner
from apps.events.topics import Topic, dead_letter_topic
from apps.links import selectors, services
from apps.links.domains import ensure_default_domain
from apps.links.models import Link
from tests.analytics.clicks import click_event, to_messages
from tests.analytics.totals import Totals, totals
from tests.events.conftest import own_database

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "clickhouse"])

Insert = Callable[..., None]
# A consumer that stands still for half a second loses its partitions.
HASTY = Timing(lease=1.0, max_poll=0.5)
ALL = [Topic.URL_REDIRECTED]


class Killed(BaseException):
    """Ends the consumer's process, as kill -9 does, at a place that the test has chosen."""


class Pipeline:
    """The bus, and consumers on it one after the other."""

    def __init__(self) -> None:
        self.bus = RedisStreamsBus(timing=HASTY)
        self.bus.register(group=ClickIngest.group, topics=ALL)
        self._producer = self.bus.producer()

    def publish(self, messages: Sequence[Message]) -> None:
        self._producer.publish(Topic.URL_REDIRECTED, messages)
        self._producer.confirm(timeout=5)

    def lag(self) -> int:
        return sum(self.bus.lag(group=ClickIngest.group, topics=ALL).values())

    def consume(self, handler: ClickIngest | None = None, *, stop: threading.Event | None = None) -> None:
        """Run a consumer until nothing is left, or `stop` is set, or `handler` raises Killed."""
        stop = stop or threading.Event()
        watcher = threading.Thread(target=self._stop_when_drained, args=[stop])
        watcher.start()
        try:
            GroupRunner(handler or ClickIngest(), bus=self.bus, stop=stop).run()
        finally:
            stop.set()
            watcher.join()

    def close(self) -> None:
        self._producer.close()

    def _stop_when_drained(self, stop: threading.Event) -> None:
        deadline = time.monotonic() + 30
        while not stop.wait(0.05):
            if self.lag() == 0 or time.monotonic() > deadline:
                stop.set()


@pytest.fixture
def pipeline(settings: Any) -> Iterator[Pipeline]:
    settings.REDIS_URL = own_database(settings.REDIS_URL)
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        client.flushdb()
    pipeline = Pipeline()
    yield pipeline
    pipeline.close()
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        client.flushdb()


@pytest.fixture
def links() -> list[Link]:
    ensure_default_domain()
    owner = User.objects.create_user("owner@example.com", "secret")
    workspace = selectors.default_workspace(owner)
    return [
        # Twelve ids in a row fall into every partition, whatever the first is.
        services.create_link(actor=owner, workspace=workspace, destination_url="https://example.org/", now=timezone.now())
        for _ in range(12)
    ]


def clicks_on(links: Sequence[Link], *, count: int, first: int = 1, visitors: int = 1_000_000) -> list[Message]:
    """`count` clicks of one producer, spread over `links` and so over the partitions, and over `visitors`."""
    numbers = range(first, first + count)
    return to_messages(
        click_event(
            number,
            link_id=links[number % len(links)].pk,
            workspace_id=links[0].workspace_id,
            code=links[number % len(links)].code,
            user_agent=f"probe/{number % visitors}",
        )
        for number in numbers
    )


def exactly(count: int) -> Totals:
    return Totals(in_table=count, distinct=count, in_rollup=count, on_links=count)


def dying(place: str, *, after: int = 0) -> Insert:
    """An insert into ClickHouse during which the process is killed: before or after the block is stored."""
    calls = iter(range(1000))

    def insert(rows: Sequence[ClickRow], *, token: str) -> None:
        if next(calls) < after:
            store.insert_clicks(rows, token=token)
            return
        if place == "after":
            store.insert_clicks(rows, token=token)
        raise Killed

    return insert


class DyingBeforeCommit(ClickIngest):
    """Killed when the ledger is done and the bus does not know it yet."""

    def handle(self, batch: Batch, consumer: Consumer) -> NoReturn:
        super().handle(batch, consumer)
        raise Killed


def test_each_click_is_stored_and_counted_once(pipeline: Pipeline, links: list[Link]) -> None:
    pipeline.publish(clicks_on(links, count=500))

    pipeline.consume()

    assert totals(links) == exactly(500)


@pytest.mark.parametrize("place", ["before", "after"])
@pytest.mark.parametrize("after", [0, 2])
def test_a_kill_around_the_insert_costs_and_doubles_nothing(pipeline: Pipeline, links: list[Link], place: str, after: int) -> None:
    pipeline.publish(clicks_on(links, count=400))
    with pytest.raises(Killed):
        pipeline.consume(ClickIngest(insert=dying(place, after=after)))
    # What arrives meanwhile must not become part of the block that is done again.
    pipeline.publish(clicks_on(links, count=100, first=401))

    pipeline.consume()

    assert totals(links) == exactly(500)


def test_a_kill_between_ledger_and_bus_doubles_nothing(pipeline: Pipeline, links: list[Link]) -> None:
    pipeline.publish(clicks_on(links, count=300))
    for _ in range(3):
        with pytest.raises(Killed):
            pipeline.consume(DyingBeforeCommit())

    pipeline.consume()

    assert totals(links) == exactly(300)


def test_ten_kills_in_a_row_double_nothing(pipeline: Pipeline, links: list[Link]) -> None:
    for number in range(10):
        pipeline.publish(clicks_on(links, count=40, first=40 * number + 1))
        with pytest.raises(Killed):
            pipeline.consume(ClickIngest(insert=dying(("before", "after")[number % 2], after=number % 3)))

    pipeline.consume()

    assert totals(links) == exactly(400)


def test_whatever_is_done_again_each_visitor_has_one_first_click_and_one_visit(pipeline: Pipeline, links: list[Link]) -> None:
    for number in range(6):
        pipeline.publish(clicks_on(links, count=100, first=100 * number + 1, visitors=25))
        with pytest.raises(Killed):
            pipeline.consume(ClickIngest(insert=dying(("before", "after")[number % 2], after=number % 3)))

    pipeline.consume()

    assert totals(links) == exactly(600)
    with connections["clickhouse"].cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT countIf(is_unique_visitor), uniqExact(session_id) FROM click_events"
            " WHERE link_id IN %s GROUP BY link_id, visitor_id",
            [[link.pk for link in links]],
        )
        assert cursor.fetchall() == [(1, 1)]


def test_reading_the_whole_topic_again_changes_nothing(pipeline: Pipeline, links: list[Link], settings: Any) -> None:
    # Another group that has read nothing keeps the records from being removed.
    pipeline.bus.register(group="keeper", topics=ALL)
    pipeline.publish(clicks_on(links, count=300))
    pipeline.consume()

    rewind_to_the_start(settings.REDIS_URL)
    assert pipeline.lag() == 300
    pipeline.consume()

    assert totals(links) == exactly(300)


def test_a_spool_that_is_shipped_again_changes_nothing(pipeline: Pipeline, links: list[Link]) -> None:
    messages = clicks_on(links, count=300)
    pipeline.publish(messages[:200])
    pipeline.consume()

    # The shipper was killed before it had noted its position: it begins again further back.
    pipeline.publish(messages[100:])
    pipeline.publish(messages[250:])
    pipeline.consume()

    assert totals(links) == exactly(300)


def test_a_bus_that_was_lost_and_filled_again_changes_nothing(pipeline: Pipeline, links: list[Link], settings: Any) -> None:
    messages = clicks_on(links, count=200)
    pipeline.publish(messages)
    pipeline.consume()

    with redis.Redis.from_url(settings.REDIS_URL) as client:
        client.flushdb()
    pipeline.publish(messages + clicks_on(links, count=50, first=201))
    pipeline.consume()

    assert totals(links) == exactly(250)


def test_a_consumer_that_slept_through_its_replacement_changes_nothing(pipeline: Pipeline, links: list[Link]) -> None:
    pipeline.publish(clicks_on(links[:1], count=100))
    asleep, awake = threading.Event(), threading.Event()

    def slow_insert(rows: Sequence[ClickRow], *, token: str) -> None:
        asleep.set()
        awake.wait(30)
        store.insert_clicks(rows, token=token)

    stop = threading.Event()
    zombie = threading.Thread(target=GroupRunner(ClickIngest(insert=slow_insert), bus=pipeline.bus, stop=stop).run)
    zombie.start()
    try:
        assert asleep.wait(20)
        pipeline.consume()
        assert totals(links) == exactly(100)
    finally:
        stop.set()
        awake.set()
        zombie.join()

    assert totals(links) == exactly(100)


def test_a_consumer_that_wakes_up_late_does_not_insert_at_all(pipeline: Pipeline, links: list[Link]) -> None:
    """ClickHouse remembers the tokens of so many blocks only, and a consumer may sleep for longer."""
    pipeline.publish(clicks_on(links[:1], count=100))
    asleep, awake, inserted = threading.Event(), threading.Event(), threading.Event()

    class SleepyLocator:
        def locate(self, address: str) -> Place:
            asleep.set()
            assert awake.wait(30), address
            return UNKNOWN

    def insert(rows: Sequence[ClickRow], *, token: str) -> None:
        inserted.set()

    stop = threading.Event()
    sleepy = Enricher(SleepyLocator(), VisitorIds("s"), AddressPolicy.NONE)
    zombie = threading.Thread(target=GroupRunner(ClickIngest(enricher=sleepy, insert=insert), bus=pipeline.bus, stop=stop).run)
    zombie.start()
    try:
        assert asleep.wait(20)
        pipeline.consume()
    finally:
        stop.set()
        awake.set()
        zombie.join()

    assert not inserted.is_set()
    assert totals(links) == exactly(100)


def test_clickhouse_being_away_loses_nothing(pipeline: Pipeline, links: list[Link]) -> None:
    pipeline.publish(clicks_on(links, count=100))
    failures = iter([SinkUnavailable("away")] * 5)

    def insert(rows: Sequence[ClickRow], *, token: str) -> None:
        for failure in failures:
            raise failure
        store.insert_clicks(rows, token=token)

    pipeline.consume(ClickIngest(insert=insert))

    assert totals(links) == exactly(100)


def test_one_bad_record_among_many_is_put_aside_alone(pipeline: Pipeline, links: list[Link]) -> None:
    pipeline.publish([*clicks_on(links, count=200), Message(str(links[0].pk), b"{not json"), *clicks_on(links, count=200, first=201)])

    pipeline.consume()

    assert totals(links) == exactly(400)
    assert sum(pipeline.bus.lag(group="nobody", topics=[dead_letter_topic(Topic.URL_REDIRECTED)]).values()) == 1


def test_poison_is_put_aside_even_when_the_consumer_died_before_it_could(pipeline: Pipeline, links: list[Link]) -> None:
    pipeline.publish([*clicks_on(links, count=10), Message(str(links[0].pk), b"{not json")])
    with pytest.raises(Killed):
        pipeline.consume(DyingBeforeCommit())

    pipeline.consume()

    assert sum(pipeline.bus.lag(group="nobody", topics=[dead_letter_topic(Topic.URL_REDIRECTED)]).values()) >= 1
    assert totals(links) == exactly(10)


def rewind_to_the_start(url: str) -> None:
    with redis.Redis.from_url(url) as client:
        for state in client.scan_iter("*"):
            if client.type(state) == b"hash" and client.hexists(state, keys.offset_field(ClickIngest.group)):
                client.hset(state, keys.offset_field(ClickIngest.group), "1")
