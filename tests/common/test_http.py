"""The client's address behind proxies."""

from collections.abc import Iterable

import pytest
from django.core.exceptions import ImproperlyConfigured

from apps.common.http import AddressRanges, client_address
from tests.shared_data import shared_json

PROXIES = ["10.0.0.0/8", "2001:db8:ffff::/48", "192.0.2.7"]

CASES = [
    ("an untrusted peer is the client", "198.51.100.7", "1.2.3.4", "198.51.100.7"),
    ("no header", "10.0.0.2", None, "10.0.0.2"),
    ("an empty header", "10.0.0.2", "", "10.0.0.2"),
    ("one proxy", "10.0.0.2", "203.0.113.9", "203.0.113.9"),
    ("a proxy named alone, not as a network", "192.0.2.7", "203.0.113.9", "203.0.113.9"),
    ("the neighbour of that proxy", "192.0.2.8", "203.0.113.9", "192.0.2.8"),
    ("two proxies", "10.0.0.2", "203.0.113.9, 10.1.1.1", "203.0.113.9"),
    ("an invented address on the left", "10.0.0.2", "1.2.3.4, 203.0.113.9, 10.1.1.1", "203.0.113.9"),
    ("garbage on the left of the client", "10.0.0.2", "<script>, 203.0.113.9", "203.0.113.9"),
    ("garbage on the right", "10.0.0.2", "203.0.113.9, unknown", "10.0.0.2"),
    ("an empty part", "10.0.0.2", "203.0.113.9,", "10.0.0.2"),
    ("all trusted", "10.0.0.2", "10.0.0.9, 10.0.0.8", "10.0.0.9"),
    ("more hops than anybody has", "10.0.0.2", "203.0.113.9" + ", 10.0.0.9" * 40, "10.0.0.2"),
    ("bytes", "10.0.0.2", b"203.0.113.9", "203.0.113.9"),
    ("bytes that are no text", "10.0.0.2", b"\xff\xfe", "10.0.0.2"),
    ("a port", "10.0.0.2", "203.0.113.9:4711", "203.0.113.9"),
    ("a port that is none", "10.0.0.2", "203.0.113.9:99999", "10.0.0.2"),
    ("a port without digits", "10.0.0.2", "203.0.113.9:", "10.0.0.2"),
    ("IPv6", "10.0.0.2", "2001:DB8::0009", "2001:db8::9"),
    ("IPv6 in brackets", "10.0.0.2", "[2001:db8::9]", "2001:db8::9"),
    ("IPv6 with a port", "10.0.0.2", "[2001:db8::9]:443", "2001:db8::9"),
    ("an open bracket", "10.0.0.2", "[2001:db8::9", "10.0.0.2"),
    ("IPv4 in brackets", "10.0.0.2", "[203.0.113.9]", "10.0.0.2"),
    ("a zone", "10.0.0.2", "fe80::1%eth0", "fe80::1"),
    ("an IPv6 proxy", "2001:db8:ffff::1", "203.0.113.9", "203.0.113.9"),
    ("a mapped peer", "::ffff:10.0.0.2", "::ffff:203.0.113.9", "203.0.113.9"),
    ("a mapped client without proxy", "::ffff:198.51.100.7", None, "198.51.100.7"),
    ("a peer without address, as on a Unix socket", "", "203.0.113.9", ""),
    ("leading zeros", "10.0.0.2", "203.0.113.009", "10.0.0.2"),
    ("a number", "10.0.0.2", "3405803785", "10.0.0.2"),
    ("digits of another script", "10.0.0.2", "１.２.３.４", "10.0.0.2"),
    ("a second header line", "10.0.0.2", "203.0.113.9\r\nX-Evil: 1", "10.0.0.2"),
]


def proxies(words: Iterable[str]) -> AddressRanges:
    return AddressRanges.parse(words, setting="TRUSTED_PROXIES")


@pytest.mark.parametrize(("peer", "forwarded_for", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_the_client_is_the_rightmost_untrusted_address(peer: str, forwarded_for: str | bytes | None, expected: str) -> None:
    assert client_address(peer=peer, forwarded_for=forwarded_for, trusted=proxies(PROXIES)) == expected


def test_nobody_is_trusted_by_default() -> None:
    assert client_address(peer="10.0.0.2", forwarded_for="1.2.3.4", trusted=AddressRanges()) == "10.0.0.2"


def test_a_mapped_network_is_the_ipv4_network() -> None:
    assert proxies(["::ffff:10.0.0.0/104"]) == proxies(["10.0.0.0/8"])


@pytest.mark.parametrize("word", ["*", "proxy.example.com", "10.0.0.1/8", "10.0.0.0/33", "10.0.0"])
def test_a_wrong_proxy_is_refused_with_the_name_of_the_setting(word: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=r"TRUSTED_PROXIES: .*10\.0\.0\.0/8"):
        proxies([word])


def test_known_attacks_do_not_move_the_address() -> None:
    for case in shared_json("attack-vectors/client-ip.json"):
        header = case["x_forwarded_for"]
        joined = ", ".join(header) if isinstance(header, list) else header
        answer = client_address(peer=case["remote_addr"], forwarded_for=joined, trusted=proxies(case["trusted_proxies"]))

        assert answer == case["expect"], case["why"]
