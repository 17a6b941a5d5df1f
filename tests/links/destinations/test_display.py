import pytest
from ada_url import URL

from apps.links.destinations import display_host, shown_host
from tests.shared_data import shared_json


@pytest.mark.parametrize(
    ("host", "shown"),
    [
        ("example.com", "example.com"),
        ("xn--bcher-kva.example", "bücher.example"),
        ("xn--d1acufc.xn--p1ai", "домен.рф"),
        ("xn--r8jz45g.jp", "例え.jp"),
        ("xn--80ak6aa92e.com", "xn--80ak6aa92e.com"),  # "apple" in Cyrillic letters
        ("xn--pypal-4ve.com", "xn--pypal-4ve.com"),  # one Cyrillic letter among Latin ones
        ("xn--a.com", "xn--a.com"),  # not valid punycode
        ("xn--zn7c.com", "xn--zn7c.com"),  # the replacement character
        ("[2606:4700::1111]", "[2606:4700::1111]"),
        ("8.8.8.8", "8.8.8.8"),
    ],
)
def test_unicode_is_shown_only_where_it_cannot_deceive(host: str, shown: str) -> None:
    assert display_host(host) == shown


def test_the_host_of_a_stored_address_is_shown_with_its_port() -> None:
    assert shown_host("https://xn--bcher-kva.example:8443/a") == "bücher.example:8443"
    assert shown_host("https://example.com/") == "example.com"
    assert shown_host("https://not a url/") == "https://not a url/"


def test_no_known_homograph_is_shown_in_unicode() -> None:
    shown_in_unicode = []
    for case in shared_json("idn-homograph/cases.json"):
        try:
            host = URL(f"https://{case['host']}/").hostname
        except ValueError:
            continue  # refused altogether
        if not display_host(host).isascii():
            shown_in_unicode.append(case)

    assert [case["host"] for case in shown_in_unicode if case["expect"] == "attack"] == []
    assert len(shown_in_unicode) >= 5
