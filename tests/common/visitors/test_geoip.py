"""Countries and cities, and what happens when the database is no good."""

import os
import shutil
import time
from pathlib import Path

import pytest

from apps.common.visitors import mmdb
from apps.common.visitors.geoip import UNKNOWN, Allocations, GeoIpFile, Place, open_locator
from apps.common.visitors.metrics import ENRICHMENT_ERRORS
from tests.shared_data import shared_data, shared_json

LONDON = Place("GB", "England", "London")


@pytest.fixture
def city_database() -> Path:
    return shared_data("geoip-test/GeoLite2-City-Test.mmdb")


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The monotonic clock that geoip sees; the test moves it."""
    clock = [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    return clock


def errors(reason: str) -> int:
    return ENRICHMENT_ERRORS["geoip", reason]


def test_every_network_of_the_city_database_is_placed(city_database: Path) -> None:
    locator = GeoIpFile(city_database)
    expected = shared_json("geoip-test/GeoLite2-City-Test-expected.json")

    wrong = []
    for network, answer in expected.items():
        place = locator.locate(network.partition("/")[0])
        if (place.country, place.city) != (answer["country"] or "", answer["city"] or ""):
            wrong.append((network, place, answer))

    assert expected
    assert wrong == []


def test_an_address_has_country_region_and_city(city_database: Path) -> None:
    assert GeoIpFile(city_database).locate("81.2.69.142") == LONDON


@pytest.mark.parametrize("address", ["", "not an address", "10.0.0.1", "::1", "1.2.3.4.5", "81.2.69.142/32", "\x00"])
def test_what_is_no_public_address_is_unknown(city_database: Path, address: str) -> None:
    assert GeoIpFile(city_database).locate(address) == UNKNOWN
    assert Allocations().locate(address) == UNKNOWN


def test_a_country_database_gives_the_country_alone() -> None:
    locator = GeoIpFile(shared_data("geoip-test/GeoLite2-Country-Test.mmdb"))

    assert locator.locate("81.2.69.142") == Place("GB", "", "")


def test_without_a_database_the_registries_allocations_are_used() -> None:
    locator = open_locator("")

    assert locator.locate("81.2.69.142") == Place("GB", "", "")
    assert locator.locate("2001:4860:4860::8888") == Place("US", "", "")


def test_a_missing_file_is_unknown_and_counted(tmp_path: Path) -> None:
    before = errors("missing")

    assert GeoIpFile(tmp_path / "absent.mmdb").locate("81.2.69.142") == UNKNOWN
    assert errors("missing") == before + 1


def test_an_empty_file_is_unknown_and_counted(tmp_path: Path) -> None:
    before = errors("empty")
    (tmp_path / "empty.mmdb").touch()

    assert GeoIpFile(tmp_path / "empty.mmdb").locate("81.2.69.142") == UNKNOWN
    assert errors("empty") == before + 1


def test_no_corrupt_file_stops_the_look_up() -> None:
    files = sorted(shared_data("geoip-test/bad").rglob("*.mmdb"))
    before = errors("corrupt") + errors("lookup")

    for file in files:
        locator = GeoIpFile(file)
        for address in ("81.2.69.142", "1.1.1.1", "255.255.255.255", "::1.1.1.1", "2001:218::", "220.150.120.2"):
            locator.locate(address)

    assert files
    assert errors("corrupt") + errors("lookup") > before


def test_text_that_is_no_database_is_counted(tmp_path: Path) -> None:
    before = errors("corrupt")
    file = tmp_path / "text.mmdb"
    file.write_text("not a database\n" * 1000)

    assert GeoIpFile(file).locate("81.2.69.142") == UNKNOWN
    assert errors("corrupt") == before + 1


def test_a_new_file_is_used_after_ten_seconds(tmp_path: Path, city_database: Path, now: list[float]) -> None:
    file = tmp_path / "city.mmdb"
    locator = GeoIpFile(file)
    assert locator.locate("81.2.69.142") == UNKNOWN

    shutil.copy(city_database, file)
    assert locator.locate("81.2.69.142") == UNKNOWN
    now[0] += mmdb.CHECK_SECONDS

    assert locator.locate("81.2.69.142") == LONDON


def test_the_last_good_database_outlives_a_bad_one(tmp_path: Path, city_database: Path, now: list[float]) -> None:
    file = tmp_path / "city.mmdb"
    shutil.copyfile(city_database, file)
    locator = GeoIpFile(file)
    assert locator.locate("81.2.69.142") == LONDON

    for content in (b"", b"garbage" * 500, None):
        # Overwritten in place, as by a careless copy: the reader's pages must not change with it.
        file.unlink() if content is None else file.write_bytes(content)
        now[0] += mmdb.CHECK_SECONDS
        assert locator.locate("81.2.69.143") == LONDON


def test_an_unchanged_bad_file_is_reported_once(tmp_path: Path, now: list[float]) -> None:
    file = tmp_path / "bad.mmdb"
    file.write_bytes(b"garbage" * 500)
    locator = GeoIpFile(file)
    locator.locate("81.2.69.142")
    before = errors("corrupt")

    now[0] += mmdb.CHECK_SECONDS
    locator.locate("81.2.69.142")
    assert errors("corrupt") == before

    os.utime(file, ns=(1, 1))
    now[0] += mmdb.CHECK_SECONDS
    locator.locate("81.2.69.142")
    assert errors("corrupt") == before + 1
