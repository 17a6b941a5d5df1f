"""Our own table of cases, one or more for each rule of a destination."""

import pytest
from pytest_django import Settings

from apps.links import destinations
from apps.links.errors import LinkError
from apps.links.models import Domain

pytestmark = pytest.mark.django_db


def refusal_of(text: str) -> str:
    with pytest.raises(LinkError) as caught:
        destinations.parse(text)
    assert caught.value.field == "destination_url"
    assert caught.value.message.endswith(".")
    return caught.value.code


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("https://example.com", "https://example.com/"),
        ("  https://example.com/a \n", "https://example.com/a"),
        ("\ufeffhttps://example.com/a\u200b", "https://example.com/a"),
        ("HTTP://EXAMPLE.com:80/A", "http://example.com/A"),
        ("https://example.com:8443/", "https://example.com:8443/"),
        ("example.com/path?q=1#top", "https://example.com/path?q=1#top"),
        ("example.com:8080/path", "https://example.com:8080/path"),
        ("www.example.com", "https://www.example.com/"),
        ("https://bücher.example/ä?ö#ü", "https://xn--bcher-kva.example/%C3%A4?%C3%B6#%C3%BC"),
        ("https://example.com/a b<c>\"d'", "https://example.com/a%20b%3Cc%3E%22d'"),
        ("https://example.com/a/../b", "https://example.com/b"),
        ("https://example.com/%0d%0aSet-Cookie:a=b", "https://example.com/%0d%0aSet-Cookie:a=b"),
        ("https://example.com/?next=https://evil.example/@", "https://example.com/?next=https://evil.example/@"),
        ("https://example.com\\path", "https://example.com/path"),
        ("https://8.8.8.8/", "https://8.8.8.8/"),
        ("https://[2606:4700::1111]/", "https://[2606:4700::1111]/"),
        ("https://example.com./", "https://example.com./"),
        ("https://a_b.example.com/", "https://a_b.example.com/"),
    ],
)
def test_an_address_is_kept_as_browsers_write_it(text: str, url: str) -> None:
    assert destinations.parse(text).url == url


def test_a_kept_address_parses_to_itself() -> None:
    once = destinations.parse("HTTPS://Bücher.example:443/ä b/../ü?x=[1]#é")

    assert destinations.parse(once.url) == once


def test_host_and_port_are_told_apart() -> None:
    found = destinations.parse("http://bücher.example:8080/")

    assert (found.scheme, found.host, found.display_host, found.port) == ("http", "xn--bcher-kva.example", "bücher.example", 8080)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "required"),
        (" \t\n", "required"),
        ("https://example.com/a\r\nSet-Cookie: a=b", "control_characters"),
        ("https://example.com/\x00", "control_characters"),
        ("ht\ntps://example.com/", "control_characters"),
        ("https://example.com/\x7f", "control_characters"),
        ("https://example.com/\x85x", "control_characters"),
        ("javascript:alert(1)", "scheme_not_allowed"),
        ("JaVaScRiPt:alert(1)", "scheme_not_allowed"),
        ("mailto:somebody@example.com", "scheme_not_allowed"),
        ("data:text/html,x", "scheme_not_allowed"),
        ("ftp://example.com/", "scheme_not_allowed"),
        ("file:///etc/passwd", "scheme_not_allowed"),
        ("tel:12345", "scheme_not_allowed"),
        ("example.com:port/path", "scheme_not_allowed"),
        (f"a{'.' * 2000}:x", "scheme_not_allowed"),
        ("/path", "invalid_url"),
        ("//example.com/", "invalid_url"),
        ("\\\\example.com", "invalid_url"),
        ("?q=1", "invalid_url"),
        ("https://", "invalid_url"),
        ("https://exa mple.com/", "invalid_url"),
        ("https://example.com:99999/", "invalid_url"),
        ("https://[::1/", "invalid_url"),
        ("two words", "invalid_url"),
        ("https://example.com/\ud800", "invalid_url"),
        ("https://user@example.com/", "userinfo"),
        ("https://user:secret@example.com/", "userinfo"),
        ("https://google.com@evil.example/", "userinfo"),
        ("somebody@example.com", "userinfo"),
        ("https://a..b.com/", "invalid_host"),
        ("https://-a.com/", "invalid_host"),
        (f"https://{'a' * 64}.com/", "invalid_host"),
        (f"https://{'a.' * 130}com/", "invalid_host"),
        ("https://a'b.com/", "invalid_host"),
        ("https://example.com../", "invalid_host"),
        ("https://0x08080808/", "invalid_host"),
        ("https://134744072/", "invalid_host"),
        ("1.5", "invalid_host"),
    ],
)
def test_a_bad_address_is_refused_with_its_reason(text: str, code: str) -> None:
    assert refusal_of(text) == code


@pytest.mark.parametrize(
    "text",
    [
        "http://localhost:3000",
        "localhost:3000",
        "http://app.localhost/",
        "http://127.0.0.2/",
        "http://10.1.2.3/",
        "http://192.168.0.1/",
        "http://169.254.169.254/latest/meta-data",
        "http://168.63.129.16/",
        "http://100.64.0.1/",
        "http://0.0.0.0/",
        "http://224.0.0.1/",
        "http://[::1]/",
        "http://[fd00::1]/",
        "http://[::ffff:10.0.0.1]/",
        "http://[64:ff9b::a00:1]/",
        "http://[2002:a00:1::]/",
        "http://intranet/",
        "http://intranet./",
        "http://printer.local/",
        "http://wiki.corp/",
    ],
)
def test_a_private_host_is_refused_unless_the_setting_allows_it(text: str, settings: Settings) -> None:
    assert refusal_of(text) == "private_host"

    settings.ALLOW_PRIVATE_DESTINATIONS = True
    assert destinations.parse(text).url.startswith("http")


def test_the_refusal_of_a_private_host_names_the_setting() -> None:
    with pytest.raises(LinkError, match="ALLOW_PRIVATE_DESTINATIONS"):
        destinations.parse("http://localhost:3000")


def test_a_private_name_may_be_part_of_a_public_one() -> None:
    assert destinations.parse("https://mylocal.example.com/").host == "mylocal.example.com"
    assert destinations.parse("https://notlocal/.corp".replace("notlocal", "a.notlan")).host == "a.notlan"


@pytest.mark.parametrize(
    "text",
    [
        "https://sho.rt/abc",
        "http://sho.rt/",
        "SHO.RT/abc",
        "https://sho.rt./abc",
        "https://sho.rt:443/abc",
        "http://sho.rt:80/abc",
        "https://sho.rt:80/abc",
        "https://ｓｈｏ．ｒｔ/abc",
        "https://bücher.example/abc",
        "https://xn--bcher-kva.example/abc",
        "http://go.example:8080/abc",
        "https://links.example.com/dashboard/",
        "https://second.example.com/abc",
    ],
)
def test_an_address_of_this_installation_is_refused(text: str, settings: Settings) -> None:
    settings.PUBLIC_URL = "https://links.example.com"
    settings.ALLOWED_HOSTS = ["links.example.com", "second.example.com", ".wild.example.com"]
    for hostname in ("sho.rt", "xn--bcher-kva.example", "go.example:8080"):
        Domain.objects.create(hostname=hostname)

    assert refusal_of(text) == "own_domain"


def test_other_hosts_and_ports_beside_ones_own_are_fine(settings: Settings) -> None:
    settings.PUBLIC_URL = "http://localhost:8000"
    settings.ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]", ".example.com"]
    settings.ALLOW_PRIVATE_DESTINATIONS = True

    assert destinations.parse("http://localhost:3000/").port == 3000
    assert destinations.parse("https://www.example.com/").host == "www.example.com"
    assert refusal_of("http://127.0.0.1:8000/abc") == "own_domain"
    assert refusal_of("http://[::1]:8000/abc") == "own_domain"


def test_the_length_counts_as_typed_and_as_stored(settings: Settings) -> None:
    settings.DESTINATION_MAX_LENGTH = 60
    assert destinations.parse("https://example.com/" + "a" * 40).url
    assert refusal_of("https://example.com/" + "a" * 41) == "too_long"
    # Twenty letters become sixty characters of percent-encoding.
    assert refusal_of("https://example.com/" + "ä" * 20) == "too_long"
    # A short result does not excuse a long text.
    assert refusal_of("https://example.com/" + "a/../" * 20) == "too_long"


def test_no_setting_lifts_the_limit_of_the_database(settings: Settings) -> None:
    settings.DESTINATION_MAX_LENGTH = 100_000
    assert len(destinations.parse("https://example.com/" + "a" * 8172).url) == 8192
    assert refusal_of("https://example.com/" + "a" * 8173) == "too_long"
