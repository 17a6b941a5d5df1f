"""What every bus keeps to, asked through the interface alone."""

import time
from datetime import UTC, datetime, timedelta

import pytest

from apps.events.bus import Bus, Consumer, Message, PartitionLost, Producer
from tests.events.conftest import Open
from tests.events.reading import commit, publish, publish_spread, read, values, wait_until


def test_a_message_arrives_as_it_was_sent(producer: Producer, consume: Open) -> None:
    sent = Message(key="schlüssel", value=b"\x00\xff bytes", headers={"a": b"\x01", "b": b""})

    producer.publish("clicks", [sent])
    producer.confirm(timeout=5)
    [batch] = read(consume(), at_least=1)

    [record] = batch.records
    assert (record.key, record.value, record.headers) == (sent.key, sent.value, sent.headers)
    assert abs(record.appended_at - datetime.now(UTC)) < timedelta(seconds=30)


def test_messages_of_one_key_keep_their_order(producer: Producer, consume: Open) -> None:
    sent = {key: [f"{key}-{number}" for number in range(700)] for key in ("a", "b", "c", "d", "e")}
    mixed = [Message(key=key, value=sent[key][number].encode()) for number in range(700) for key in sent]

    producer.publish("clicks", mixed[:1000])
    producer.publish("clicks", mixed[1000:])
    producer.confirm(timeout=5)
    got = values(read(consume(), at_least=3500, max_records=1000))

    assert {key: [value for value in got if value.startswith(key)] for key in sent} == sent


def test_offsets_grow_within_a_partition(producer: Producer, consume: Open) -> None:
    publish(producer, *"abcdef")

    offsets = [record.offset for batch in read(consume(), at_least=6, max_records=2) for record in batch.records]

    assert offsets == sorted(set(offsets))


def test_a_batch_is_no_longer_than_asked_for_and_tells_whether_there_is_more(producer: Producer, consume: Open) -> None:
    publish(producer, *"abcdef")

    batches = read(consume(), at_least=6, max_records=4)

    assert [(len(batch.records), batch.has_more) for batch in batches] == [(4, True), (2, False)]


def test_groups_read_independently(producer: Producer, consume: Open) -> None:
    publish(producer, "a", "b")
    first, second = consume("first"), consume("second")
    in_second = read(second, at_least=2)

    commit(first, read(first, at_least=2))
    second.rewind(in_second[0].partition)

    assert values(read(second, at_least=2)) == ["a", "b"]


def test_a_new_member_goes_on_at_the_committed_offset(producer: Producer, consume: Open) -> None:
    publish(producer, "a", "b", "c")
    first = consume()
    [batch] = read(first, at_least=3)
    first.commit(batch.partition, batch.records[1].offset)
    first.close()

    assert values(read(consume(), at_least=2)) == ["b", "c"]


def test_a_rewound_partition_is_read_again_from_the_committed_offset(producer: Producer, consume: Open) -> None:
    publish(producer, "a", "b", "c")
    consumer = consume()
    [batch] = read(consumer, at_least=3)
    consumer.commit(batch.partition, batch.records[0].offset + 1)

    consumer.rewind(batch.partition)

    assert values(read(consumer, at_least=2)) == ["b", "c"]


def test_a_range_can_be_read_again(producer: Producer, consume: Open) -> None:
    publish(producer, *"abcde")
    consumer = consume()
    [batch] = read(consumer, at_least=5)

    again = consumer.read_range(batch.partition, batch.records[1].offset, batch.records[3].offset)

    assert list(again) == list(batch.records[1:4])


def test_a_paused_partition_stays_held_and_silent_until_resumed(producer: Producer, consume: Open) -> None:
    publish(producer, "a")
    consumer = consume()
    [batch] = read(consumer, at_least=1)
    commit(consumer, [batch])
    consumer.pause(batch.partition)
    publish(producer, "b")

    while_paused = consumer.poll(timeout=0.3, max_records=10)
    consumer.resume(batch.partition)

    assert not while_paused
    assert values(read(consumer, at_least=1)) == ["b"]


def test_a_poll_without_messages_ends_after_its_timeout(consume: Open) -> None:
    consumer = consume()
    consumer.poll(timeout=0, max_records=1)
    began = time.monotonic()

    assert not consumer.poll(timeout=0.3, max_records=1)
    assert 0.25 < time.monotonic() - began < 1.5


def test_a_waiting_poll_gets_a_message_at_once(producer: Producer, consume: Open) -> None:
    consumer = consume()
    consumer.poll(timeout=0.5, max_records=1)
    delays = []
    for number in range(20):
        producer.publish("clicks", [Message(key="k", value=str(number).encode())])
        began = time.monotonic()
        assert values(read(consumer, at_least=1)) == [str(number)]
        delays.append(time.monotonic() - began)

    assert sorted(delays)[10] < 0.05


def test_lag_counts_what_is_not_committed(bus: Bus, producer: Producer, consume: Open) -> None:
    bus.register(group="others", topics=["clicks"])
    sent = publish_spread(producer, 40)
    consumer = consume()
    batches = read(consumer, at_least=len(sent))
    commit(consumer, batches[:1])

    waiting = len(sent) - len(batches[0].records)

    assert sum(consumer.lag().values()) == waiting
    assert sum(bus.lag(group="readers", topics=["clicks"]).values()) == waiting
    assert sum(bus.lag(group="others", topics=["clicks"]).values()) == len(sent)


def test_what_a_known_group_has_not_read_is_kept_for_it(bus: Bus, producer: Producer, consume: Open) -> None:
    bus.register(group="late", topics=["clicks"])
    publish(producer, "a", "b")
    quick = consume("quick")

    commit(quick, read(quick, at_least=2))

    assert values(read(consume("late"), at_least=2)) == ["a", "b"]


def bus_lag(consumer: Consumer) -> int:
    return sum(consumer.lag().values())


def _both_read(first: Consumer, second: Consumer) -> bool:
    first.poll(timeout=0.05, max_records=1)
    second.poll(timeout=0.05, max_records=1)
    return len(first.lag()) == len(second.lag()) == 2


def test_two_members_share_the_partitions(producer: Producer, consume: Open) -> None:
    sent = publish_spread(producer, 100)
    first, second = consume(), consume()
    wait_until(lambda: _both_read(first, second))
    for consumer in (first, second):
        for partition in consumer.lag():
            consumer.rewind(partition)

    shares = [bus_lag(consumer) for consumer in (first, second)]
    got = [values(read(consumer, at_least=share)) for consumer, share in zip((first, second), shares, strict=True)]

    assert all(shares)
    assert sorted(got[0] + got[1]) == sorted(sent)


def test_partitions_of_a_leaving_member_are_taken_over_at_once(patient_bus: Bus) -> None:
    first = patient_bus.consumer(group="readers", topics=["clicks"])
    second = patient_bus.consumer(group="readers", topics=["clicks"])
    wait_until(lambda: _both_read(first, second))

    first.close()
    began = time.monotonic()
    while len(second.lag()) < 4:
        second.poll(timeout=0.1, max_records=1)
    waited = time.monotonic() - began
    second.close()

    assert waited < 1.5


def test_a_member_that_lost_its_partition_can_not_commit(producer: Producer, consume: Open) -> None:
    publish(producer, "a")
    zombie, heir = consume(), consume()
    [batch] = read(zombie, at_least=1)
    taken_over = read(heir, at_least=1)

    with pytest.raises(PartitionLost):
        commit(zombie, [batch])

    assert values(taken_over) == ["a"]
    commit(heir, taken_over)


def test_a_member_that_lost_its_partition_reads_no_more_of_it(producer: Producer, consume: Open) -> None:
    publish(producer, "a")
    zombie, heir = consume(), consume()
    read(zombie, at_least=1)
    commit(heir, read(heir, at_least=1))
    publish(producer, "b")

    late = zombie.poll(timeout=0, max_records=10)

    assert not late
