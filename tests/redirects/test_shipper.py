from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest

from apps.events.bus import BusUnavailable
from apps.redirects.frames import FILE_HEAD, FRAME_HEAD
from apps.redirects.shipper import AlreadyShipping, Shipper
from tests.redirects.spooling import KeptMessages, click, damage, files, spool_with

FRAME_SIZE = FRAME_HEAD.size + len(click())


@pytest.fixture
def bus() -> KeptMessages:
    return KeptMessages()


@pytest.fixture
def shipper(tmp_path: Path, bus: KeptMessages) -> Iterator[Shipper]:
    shipper = Shipper(tmp_path, bus)
    yield shipper
    shipper.close()


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Broken frames are believed to be broken at once."""
    monkeypatch.setattr("apps.redirects.spool_files._PATIENCE", 0.0)


def ship_all(shipper: Shipper) -> None:
    while shipper.step():
        pass


def test_clicks_arrive_in_order_with_all_they_carry(tmp_path: Path, shipper: Shipper, bus: KeptMessages) -> None:
    spool = spool_with(tmp_path, 3)
    ship_all(shipper)
    spool.close()
    assert bus.sequences() == [1, 2, 3]
    assert bus.payloads[0] == {
        "link_id": 7,
        "domain_id": 1,
        "workspace_id": 3,
        "owner_id": 5,
        "link_version": 2,
        "hostname": "sho.test",
        "code": "abc1234",
        "destination_url": "https://example.com/",
        "method": "GET",
        "address": "192.0.2.1",
        "user_agent": "Agent/1.0",
        "referrer": "",
        "accept_language": "en",
        "query": "",
        "purpose": "",
        "producer_id": f"{spool.producer_id:016x}",
        "sequence": 1,
    }


def test_ids_of_clicks_are_uuids_of_version_7_in_the_order_of_time(tmp_path: Path, shipper: Shipper, bus: KeptMessages) -> None:
    spool_with(tmp_path, 5000).close()
    ship_all(shipper)
    assert {UUID(text).version for text in bus.ids} == {7}
    assert len(set(bus.ids)) == 5000


def test_a_file_goes_when_its_writer_is_gone_and_all_is_shipped(tmp_path: Path, shipper: Shipper) -> None:
    spool = spool_with(tmp_path, 3)
    ship_all(shipper)
    assert len(files(tmp_path)) == 1
    spool.close()
    ship_all(shipper)
    assert [path.name for path in tmp_path.iterdir()] == ["shipper.lock"]


def test_files_of_one_writer_are_shipped_one_after_the_other(tmp_path: Path, shipper: Shipper, bus: KeptMessages) -> None:
    spool_with(tmp_path, 40, file_bytes=1000).close()
    ship_all(shipper)
    ship_all(shipper)
    while files(tmp_path):
        shipper.step()
    assert bus.sequences() == list(range(1, 41))


def test_nothing_is_lost_while_the_bus_is_down(tmp_path: Path, shipper: Shipper, bus: KeptMessages) -> None:
    spool_with(tmp_path, 3).close()
    bus.fails_to_publish = True
    with pytest.raises(BusUnavailable):
        shipper.step()
    bus.fails_to_publish = False
    ship_all(shipper)
    assert bus.sequences() == [1, 2, 3]


def test_what_was_not_confirmed_is_shipped_again_with_the_same_ids(tmp_path: Path, bus: KeptMessages) -> None:
    spool_with(tmp_path, 3).close()
    bus.fails_to_confirm = True
    first = Shipper(tmp_path, bus)
    with pytest.raises(BusUnavailable):
        first.step()
    first.close()
    bus.fails_to_confirm = False
    second = Shipper(tmp_path, bus)
    ship_all(second)
    second.close()
    assert bus.sequences() == [1, 2, 3, 1, 2, 3]
    assert bus.ids[:3] == bus.ids[3:]


def test_a_later_shipper_goes_on_where_the_earlier_one_stopped(tmp_path: Path, bus: KeptMessages) -> None:
    spool = spool_with(tmp_path, 3)
    first = Shipper(tmp_path, bus)
    ship_all(first)
    first.close()
    spool.append(1, click())
    second = Shipper(tmp_path, bus)
    ship_all(second)
    second.close()
    spool.close()
    assert bus.sequences() == [1, 2, 3, 4]


def test_a_second_shipper_is_refused(tmp_path: Path, shipper: Shipper) -> None:
    with pytest.raises(AlreadyShipping):
        Shipper(tmp_path, KeptMessages())


@pytest.mark.usefixtures("hasty")
def test_a_broken_frame_is_set_aside_and_its_neighbours_are_shipped(tmp_path: Path, shipper: Shipper, bus: KeptMessages) -> None:
    spool_with(tmp_path, 5).close()
    damage(files(tmp_path)[0], FILE_HEAD.size + 2 * FRAME_SIZE + FRAME_SIZE - 3)
    ship_all(shipper)
    assert bus.sequences() == [1, 2, 4, 5]
    assert shipper.counters.corrupt == 1
    [kept] = tmp_path.glob("*.corrupt")
    assert kept.stat().st_size == FRAME_SIZE


@pytest.mark.usefixtures("hasty")
def test_a_frame_with_a_broken_length_is_stepped_over(tmp_path: Path, shipper: Shipper, bus: KeptMessages) -> None:
    spool_with(tmp_path, 3).close()
    damage(files(tmp_path)[0], FILE_HEAD.size + FRAME_SIZE + 2)
    ship_all(shipper)
    assert bus.sequences() == [1, 3]


@pytest.mark.usefixtures("hasty")
def test_the_torn_end_of_a_dead_writers_file_is_set_aside(tmp_path: Path, shipper: Shipper, bus: KeptMessages) -> None:
    spool_with(tmp_path, 3).close()
    [path] = files(tmp_path)
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size - 5)
    ship_all(shipper)
    assert bus.sequences() == [1, 2]
    assert not files(tmp_path)
    [kept] = tmp_path.glob("*.corrupt")
    assert kept.stat().st_size == FRAME_SIZE - 5


def test_bytes_that_are_no_utf_8_are_replaced(tmp_path: Path, shipper: Shipper, bus: KeptMessages) -> None:
    spool = spool_with(tmp_path, 0)
    spool.append(1, click(agent="MARK").replace(b"MARK", b"M\xff"))
    spool.close()
    ship_all(shipper)
    assert bus.payloads[0]["user_agent"] == "M�"
