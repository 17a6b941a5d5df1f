import threading
import time
from collections.abc import Callable, Iterator, Sequence

import pytest
from django.db import OperationalError

from apps.events.bus import Batch, Bus, Consumer, Message, Producer
from apps.events.dead_letters import is_replay_for
from apps.events.decoding import read_event
from apps.events.envelope import Event, MalformedEvent
from apps.events.errors import SinkUnavailable
from apps.events.groups import register_groups, run_groups
from apps.events.handlers import DeadLetter, Handler
from apps.events.replay import count_dead_letters, replay
from apps.events.topics import Topic, dead_letter_topic
from tests.events.reading import read, wait_until
from tests.events.samples import POISON, link_event

TOPIC = Topic.URL_UPDATED


class Recorder:
    """Event handler that remembers the links it was told of, and fails on request."""

    topics = (TOPIC,)

    def __init__(self, *, group: str = "recorder", fail: Callable[[int, int], None] | None = None) -> None:
        self.group = group
        self.links: list[int] = []
        self.attempts: list[int] = []
        self._fail = fail

    def handle(self, event: Event) -> None:
        link_id = event.payload["link_id"]
        self.attempts.append(link_id)
        if self._fail is not None:
            self._fail(link_id, self.attempts.count(link_id))
        self.links.append(link_id)


class BatchRecorder:
    """Batch handler that stores whole batches, and fails on request before it has stored one."""

    group = "batches"
    topics = (TOPIC,)

    def __init__(self, *, fail: Callable[[int], None] | None = None) -> None:
        self.links: list[int] = []
        self.attempts = 0
        self._fail = fail

    def handle(self, batch: Batch, _consumer: Consumer) -> Sequence[DeadLetter]:
        self.attempts += 1
        if self._fail is not None:
            self._fail(self.attempts)
        dead_letters = []
        for record in batch.records:
            try:
                self.links.append(read_event(record, topic=TOPIC).payload["link_id"])
            except MalformedEvent as error:
                dead_letters.append(DeadLetter(record, error.reason))
        return dead_letters


class Running:
    """Groups that run in the background of a test."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self.was_orderly: bool | None = None

    def start(self, *handlers: Handler) -> None:
        self._stop.clear()
        register_groups(handlers, bus=self._bus, stop=self._stop)
        self._thread = threading.Thread(target=self._run, args=(handlers,))
        self._thread.start()

    def _run(self, handlers: Sequence[Handler]) -> None:
        self.was_orderly = run_groups(handlers, bus=self._bus, stop=self._stop)

    def stop(self) -> None:
        self._stop.set()
        if self._thread is not None:
            self._thread.join()


@pytest.fixture
def bus(patient_bus: Bus) -> Bus:
    return patient_bus


@pytest.fixture(autouse=True)
def _short_polls(monkeypatch: pytest.MonkeyPatch) -> None:
    """A runner notices the end of the test within a tenth of a second."""
    monkeypatch.setattr("apps.events.runner.POLL_SECONDS", 0.1)


@pytest.fixture
def running(bus: Bus) -> Iterator[Running]:
    running = Running(bus)
    yield running
    running.stop()


def publish(producer: Producer, *events: bytes) -> None:
    producer.publish(TOPIC, [Message(key="k", value=event) for event in events])
    producer.confirm(timeout=5)


def lag(bus: Bus, group: str) -> int:
    return sum(bus.lag(group=group, topics=[TOPIC]).values())


def dead_letters(bus: Bus, at_least: int) -> list[tuple[bytes, dict[str, bytes]]]:
    consumer = bus.consumer(group="inspector", topics=[dead_letter_topic(TOPIC)])
    batches = read(consumer, at_least=at_least)
    consumer.close()
    return [(record.value, dict(record.headers)) for batch in batches for record in batch.records]


def test_events_are_handled_in_order_and_committed(bus: Bus, producer: Producer, running: Running) -> None:
    handler = Recorder()
    publish(producer, *(link_event(number) for number in range(1, 101)))

    running.start(handler)
    wait_until(lambda: lag(bus, "recorder") == 0)

    assert handler.links == list(range(1, 101))


def test_every_group_gets_every_event(bus: Bus, producer: Producer, running: Running) -> None:
    first, second, batches = Recorder(group="first"), Recorder(group="second"), BatchRecorder()
    running.start(first, second, batches)
    publish(producer, link_event(1), link_event(2))

    wait_until(lambda: first.links == second.links == batches.links == [1, 2])


@pytest.mark.parametrize("make", [Recorder, BatchRecorder])
def test_poison_is_put_aside_and_its_neighbours_are_handled(
    make: Callable[[], Recorder | BatchRecorder], bus: Bus, producer: Producer, running: Running
) -> None:
    handler = make()
    poison = list(POISON.values())
    events = [event for number, bad in enumerate(poison, 1) for event in (link_event(number), bad)]
    publish(producer, *events)

    running.start(handler)
    wait_until(lambda: lag(bus, handler.group) == 0)

    aside = dead_letters(bus, len(poison))
    assert handler.links == list(range(1, len(poison) + 1))
    assert sorted(value for value, _ in aside) == sorted(poison)
    for _, headers in aside:
        assert headers["reason"]
        assert (headers["group"], headers["topic"]) == (handler.group.encode(), TOPIC.encode())
        assert {"partition", "offset", "failed_at"} <= headers.keys()


def fail_first_two_attempts(_link_id: int, attempt: int) -> None:
    if attempt < 3:
        raise ValueError("not yet")


def test_an_event_that_fails_is_tried_again(bus: Bus, producer: Producer, running: Running) -> None:
    handler = Recorder(fail=fail_first_two_attempts)
    publish(producer, link_event(1))

    running.start(handler)
    wait_until(lambda: lag(bus, "recorder") == 0)

    assert handler.attempts == [1, 1, 1]
    assert handler.links == [1]


def fail_on_two(link_id: int, _attempt: int) -> None:
    if link_id == 2:
        raise ValueError("two is broken")


def test_an_event_that_fails_for_good_is_put_aside(bus: Bus, producer: Producer, running: Running) -> None:
    handler = Recorder(fail=fail_on_two)
    publish(producer, link_event(1), link_event(2), link_event(3))

    running.start(handler)
    [(value, headers)] = dead_letters(bus, 1)

    assert (value, headers["reason"]) == (link_event(2), b"ValueError: two is broken")
    wait_until(lambda: handler.links == [1, 3])


def test_a_slow_batch_is_committed_in_turns(bus: Bus, producer: Producer, running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("apps.events.delivery.TURN_SECONDS", 0.05)
    lags: set[int] = set()

    def take_time(_link_id: int, _attempt: int) -> None:
        time.sleep(0.02)
        lags.add(lag(bus, "recorder"))

    handler = Recorder(fail=take_time)
    publish(producer, *(link_event(number) for number in range(1, 11)))
    running.start(handler)
    wait_until(lambda: lag(bus, "recorder") == 0)

    assert handler.links == list(range(1, 11))
    assert len(lags) > 1


def outage(attempts: int) -> Callable[[int], None]:
    def fail(attempt: int) -> None:
        if attempt <= attempts:
            raise SinkUnavailable("down")

    return fail


def test_an_outage_of_the_sink_is_waited_out(bus: Bus, producer: Producer, running: Running) -> None:
    handler = BatchRecorder(fail=outage(2))
    publish(producer, link_event(1), link_event(2))

    running.start(handler)
    wait_until(lambda: lag(bus, "batches") == 0)

    assert handler.links == [1, 2]
    assert handler.attempts == 3
    assert count_dead_letters(TOPIC, bus=bus) == 0


def database_is_down_at_first(_link_id: int, attempt: int) -> None:
    if attempt <= 2:
        raise OperationalError("the connection is closed")


def test_an_outage_of_the_database_sends_no_event_to_the_dead_letters(bus: Bus, producer: Producer, running: Running) -> None:
    handler = Recorder(fail=database_is_down_at_first)
    publish(producer, link_event(1))

    running.start(handler)
    wait_until(lambda: handler.links == [1])

    assert count_dead_letters(TOPIC, bus=bus) == 0


def bug_at_first(attempt: int) -> None:
    if attempt == 1:
        raise ZeroDivisionError


def test_a_bug_in_a_batch_handler_skips_nothing(bus: Bus, producer: Producer, running: Running, caplog: pytest.LogCaptureFixture) -> None:
    handler = BatchRecorder(fail=bug_at_first)
    publish(producer, link_event(1))

    running.start(handler)
    wait_until(lambda: handler.links == [1])

    assert handler.attempts == 2


def test_a_stop_commits_what_is_done_and_leaves_the_rest(bus: Bus, producer: Producer, running: Running) -> None:
    entered, go_on = threading.Event(), threading.Event()

    def wait_at_two(link_id: int, attempt: int) -> None:
        if link_id == 2:
            entered.set()
            go_on.wait(5)

    publish(producer, *(link_event(number) for number in range(1, 6)))
    running.start(Recorder(fail=wait_at_two))
    entered.wait(5)
    threading.Timer(0.2, go_on.set).start()
    running.stop()
    heir = Recorder()
    running.start(heir)
    wait_until(lambda: lag(bus, "recorder") == 0)

    assert running.was_orderly
    assert heir.links == [3, 4, 5]


def test_dead_letters_come_back_to_the_group_that_failed(bus: Bus, producer: Producer, running: Running) -> None:
    publish(producer, link_event(1), link_event(2))
    neighbour = Recorder(group="neighbour")
    running.start(Recorder(fail=fail_on_two), neighbour)
    wait_until(lambda: count_dead_letters(TOPIC, bus=bus) == 1 and lag(bus, "recorder") == 0)
    running.stop()
    steps: list[int] = []

    replayed = replay(TOPIC, bus=bus, limit=10, advance=steps.append)
    mended = Recorder()
    running.start(mended, neighbour)
    wait_until(lambda: lag(bus, "recorder") == lag(bus, "neighbour") == 0)

    assert (replayed, sum(steps)) == (1, 1)
    assert count_dead_letters(TOPIC, bus=bus) == 0
    assert mended.links == [2]
    assert neighbour.links == [1, 2]


def test_a_replay_keeps_key_bytes_and_headers_and_names_the_group(bus: Bus, producer: Producer, running: Running) -> None:
    producer.publish(TOPIC, [Message(key="the key", value=b"not JSON", headers={"own": b"header"})])
    running.start(Recorder())
    wait_until(lambda: count_dead_letters(TOPIC, bus=bus) == 1)
    running.stop()
    consumer = bus.consumer(group="inspector", topics=[TOPIC])
    read(consumer, at_least=1, timeout=0.5)

    replay(TOPIC, bus=bus, limit=10, advance=lambda _count: None)
    [batch] = read(consumer, at_least=1)
    consumer.close()

    [record] = batch.records
    assert (record.key, record.value, record.headers["own"]) == ("the key", b"not JSON", b"header")
    assert is_replay_for(record, "recorder")
    assert not is_replay_for(record, "another group")


def test_what_was_put_aside_twice_comes_back_once(bus: Bus, producer: Producer) -> None:
    origin = {"group": b"g", "topic": TOPIC.encode(), "log": b"l", "partition": b"0", "offset": b"7"}
    letter = Message(key="k", value=link_event(7), headers=origin)
    producer.publish(dead_letter_topic(TOPIC), [letter, letter, Message(key="k", value=b"", headers=origin | {"offset": b"8"})])

    assert replay(TOPIC, bus=bus, limit=10, advance=lambda _count: None) == 3
    consumer = bus.consumer(group="inspector", topics=[TOPIC])
    batches = read(consumer, at_least=3, timeout=0.5)
    consumer.close()
    assert [record.value for batch in batches for record in batch.records] == [link_event(7), b""]


def test_a_replay_stops_at_its_limit(bus: Bus, producer: Producer, running: Running) -> None:
    publish(producer, b"a", b"b", b"c")
    running.start(Recorder())
    wait_until(lambda: count_dead_letters(TOPIC, bus=bus) == 3)
    running.stop()

    assert replay(TOPIC, bus=bus, limit=2, advance=lambda _count: None) == 2
    assert count_dead_letters(TOPIC, bus=bus) == 1
