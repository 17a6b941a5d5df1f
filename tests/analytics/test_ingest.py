"""Which records become rows."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import orjson
import pytest

from apps.analytics.enrichment import Enricher
from apps.analytics.enrichment.addresses import AddressPolicy
from apps.analytics.enrichment.clicks import read_click, read_click_record
from apps.analytics.enrichment.visitors import VisitorIds
from apps.analytics.ingest import BACKFILL_HEADER, Intake, find_poison, take_in
from apps.common.visitors.geoip import Allocations
from apps.events.bus import Record
from apps.events.dead_letters import REPLAYED_FOR
from apps.events.decoding import read_event
from apps.events.envelope import Event, MalformedEvent
from tests.analytics.clicks import PRODUCER, click_event

GROUP = "click-ingest"
NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


def record(event: Event | bytes, *, offset: int = 0, headers: Mapping[str, bytes] | None = None) -> Record:
    return Record(offset, "7", event if isinstance(event, bytes) else event.encode(), headers or {}, NOW)


def take(*records: Record, sequences: Mapping[str, int] | None = None) -> Intake:
    enricher = Enricher(Allocations(), VisitorIds("s"), AddressPolicy.NONE)
    return take_in(records, group=GROUP, sequences=sequences or {}, enricher=enricher)


def probes(intake: Intake) -> list[str]:
    return [row.user_agent for row in intake.rows]


def test_new_clicks_become_rows_in_their_order() -> None:
    intake = take(record(click_event(4)), record(click_event(6, link_id=8)), record(click_event(9)))

    assert probes(intake) == ["probe/4", "probe/6", "probe/9"]
    assert intake.sequences == {PRODUCER: 9}
    assert intake.clicks_by_link == {7: 2, 8: 1}


def test_what_a_producer_sent_before_has_no_effect() -> None:
    intake = take(record(click_event(4)), record(click_event(5)), record(click_event(6)), sequences={PRODUCER: 5})

    assert probes(intake) == ["probe/6"]
    assert intake.repeated == 2


def test_a_repetition_inside_the_batch_has_no_effect() -> None:
    intake = take(*(record(click_event(number)) for number in (1, 2, 1, 2, 3)))

    assert probes(intake) == ["probe/1", "probe/2", "probe/3"]
    assert intake.repeated == 2


def test_producers_are_numbered_apart() -> None:
    other = "00000000000000bb"

    intake = take(record(click_event(5)), record(click_event(1, producer_id=other)), sequences={PRODUCER: 4, "cc": 9})

    assert len(intake.rows) == 2
    assert intake.sequences == {PRODUCER: 5, other: 1}


def test_a_batch_of_repetitions_changes_nothing() -> None:
    intake = take(record(click_event(1)), sequences={PRODUCER: 1})

    assert (list(intake.rows), intake.sequences, dict(intake.clicks_by_link)) == ([], {}, {})


def test_the_same_records_make_the_same_block() -> None:
    records = [record(click_event(number, at=NOW), offset=number) for number in range(1, 50)]

    assert take(*records).rows == take(*records).rows


def test_a_backfilled_click_keeps_its_time() -> None:
    long_ago = NOW - timedelta(days=20)
    event = click_event(1, at=long_ago)

    assert take(record(event)).rows[0].timestamp == NOW - timedelta(hours=24)
    assert take(record(event, headers={BACKFILL_HEADER: b"1"})).rows[0].timestamp == long_ago


def test_a_click_brought_back_from_the_dead_letters_is_taken_in_though_later_ones_were() -> None:
    intake = take(record(click_event(3), headers={REPLAYED_FOR: GROUP.encode()}), sequences={PRODUCER: 8})

    assert probes(intake) == ["probe/3"]
    assert intake.sequences == {}


def test_a_click_brought_back_for_another_group_is_left_out() -> None:
    intake = take(record(click_event(3), headers={REPLAYED_FOR: b"link-cache"}))

    assert (list(intake.rows), list(intake.dead_letters)) == ([], [])


def with_payload(**fields: object) -> bytes:
    event = click_event(2)
    event.payload.update(fields)
    return event.encode()


def without(field: str) -> bytes:
    event = click_event(2)
    del event.payload[field]
    return event.encode()


def with_time(text: str) -> bytes:
    return orjson.dumps({**orjson.loads(click_event(2).encode()), "occurred_at": text})


POISON = {
    "no JSON": b"\x00\x01 not json",
    "cut short": click_event(2).encode()[:-20],
    "empty": b"",
    "an array": b"[1, 2]",
    "bad UTF-8": click_event(2).encode().replace(b"probe", b"\xff\xfe\xfa"),
    "a lone surrogate": click_event(2).encode().replace(b"probe", b"\\ud800"),
    "2 MB": with_payload(user_agent="x" * 2_000_000),
    "an unknown version": replace(click_event(2), version=99).encode(),
    "another topic": replace(click_event(2), topic="user_events").encode(),
    "no link": without("link_id"),
    "no sequence": without("sequence"),
    "link 0": with_payload(link_id=0),
    "a link as text": with_payload(link_id="7"),
    "a number above 63 bits": with_payload(workspace_id=2**63),
    "a negative number": with_payload(sequence=-1),
    "a flag as number": with_payload(link_id=True),
    "a text as number": with_payload(user_agent=5),
    "null as text": with_payload(referrer=None),
    "a strange producer": with_payload(producer_id="x" * 40),
    "a strange country": with_payload(country="Portugal"),
    "the year 1970": click_event(2, at=datetime(1970, 1, 1, tzinfo=UTC)).encode(),
    "the year 2262": click_event(2, at=datetime(2262, 1, 1, tzinfo=UTC)).encode(),
    "a time without zone": orjson.dumps({**orjson.loads(click_event(2).encode()), "occurred_at": "2026-05-04T12:00:00"}),
    "an id that is none": orjson.dumps({**orjson.loads(click_event(2).encode()), "id": "seven"}),
}


@pytest.mark.parametrize("poison", POISON.values(), ids=POISON.keys())
def test_poison_is_put_aside_and_its_neighbours_are_stored(poison: bytes) -> None:
    intake = take(record(click_event(1)), record(poison, offset=5), record(click_event(3)))

    assert probes(intake) == ["probe/1", "probe/3"]
    assert [letter.record.offset for letter in intake.dead_letters] == [5]
    assert intake.dead_letters[0].reason


UNUSUAL = {
    "nobody's link": with_payload(owner_id=None),
    "a click from elsewhere": with_payload(country="PT"),
    "fields of a later version": with_payload(later={"a": [1, None]}),
    "a time in another zone": with_time("2026-05-04T14:00:00.123456+02:00"),
    "a time in words of ISO": with_time("2026-05-04 12:00:00+00:00"),
    "a time of few letters": with_time("20260504T120000Z"),
    "an id without dashes": orjson.dumps({**orjson.loads(click_event(2).encode()), "id": "0" * 32}),
    "an id in brackets": orjson.dumps({**orjson.loads(click_event(2).encode()), "id": f"{{{'0' * 32}}}"}),
    "a version in quotes": orjson.dumps({**orjson.loads(click_event(2).encode()), "version": "1"}),
    "texts of all kinds": with_payload(user_agent="\0 \u2028 \U0001f600 \x7f", referrer="é\tü\n"),
    "the largest numbers": with_payload(link_id=2**63 - 1, link_version=2**63 - 1),
}


@pytest.mark.parametrize("data", [*UNUSUAL.values(), click_event(2).encode()], ids=[*UNUSUAL, "a usual one"])
def test_a_click_is_read_as_every_event_is(data: bytes) -> None:
    event = read_event(record(data), topic="url_redirected_events")

    assert read_click_record(record(data)) == (event.id, event.occurred_at, read_click(event))


@pytest.mark.parametrize("poison", POISON.values(), ids=POISON.keys())
def test_what_no_event_may_be_is_no_click_for_the_same_reason(poison: bytes) -> None:
    with pytest.raises(MalformedEvent) as wanted:
        read_event(record(poison), topic="url_redirected_events")
    with pytest.raises(MalformedEvent) as found:
        read_click_record(record(poison))

    assert found.value.reason == wanted.value.reason


def test_poison_is_found_again_in_records_that_are_done() -> None:
    found = find_poison([record(click_event(1)), record(b"{", offset=8)], group=GROUP)

    assert [letter.record.offset for letter in found] == [8]


def test_a_click_on_a_link_that_nobody_knows_is_a_click() -> None:
    assert take(record(click_event(1, link_id=987_654_321))).clicks_by_link == {987_654_321: 1}
