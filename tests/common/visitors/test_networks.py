"""Whose network an address is in."""

from pathlib import Path

import pytest

from apps.common.visitors.metrics import ENRICHMENT_ERRORS
from apps.common.visitors.networks import UNKNOWN, Network, open_networks
from tests.shared_data import shared_data, shared_json


def test_every_network_of_the_database_is_named() -> None:
    networks = open_networks(str(shared_data("geoip-test/GeoLite2-ASN-Test.mmdb")))
    expected = shared_json("geoip-test/GeoLite2-ASN-Test-expected.json")

    wrong = []
    for network, answer in expected.items():
        found = networks.find(network.partition("/")[0])
        if found != Network(answer.get("autonomous_system_number", 0), answer.get("autonomous_system_organization", "")[:100]):
            wrong.append((network, found, answer))

    assert expected
    assert wrong == []


@pytest.mark.parametrize("address", ["", "not an address", "10.0.0.1", "::1", "\x00"])
def test_what_is_no_public_address_is_in_no_network(address: str) -> None:
    assert open_networks(str(shared_data("geoip-test/GeoLite2-ASN-Test.mmdb"))).find(address) == UNKNOWN


def test_without_a_database_no_network_is_known() -> None:
    assert open_networks("").find("1.128.0.9") == UNKNOWN


def test_a_missing_file_is_unknown_and_counted(tmp_path: Path) -> None:
    before = ENRICHMENT_ERRORS["geoip_asn", "missing"]

    assert open_networks(str(tmp_path / "absent.mmdb")).find("1.128.0.9") == UNKNOWN
    assert ENRICHMENT_ERRORS["geoip_asn", "missing"] == before + 1


def test_no_corrupt_file_stops_the_look_up() -> None:
    for file in sorted(shared_data("geoip-test/bad").rglob("*.mmdb")):
        networks = open_networks(str(file))
        for address in ("81.2.69.142", "255.255.255.255", "::1.1.1.1", "2001:218::"):
            networks.find(address)
