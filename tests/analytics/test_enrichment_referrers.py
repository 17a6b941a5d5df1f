"""Where visitors come from: referrer, campaign, language."""

import pytest

from apps.analytics.enrichment import utm
from apps.analytics.enrichment.referrers import Referrer, classify, host_of
from apps.analytics.enrichment.utm import Utm
from apps.common.visitors import languages


@pytest.mark.parametrize(
    ("referrer", "expected"),
    [
        ("", ("", "direct")),
        ("   ", ("", "direct")),
        ("https://www.google.com/", ("www.google.com", "search")),
        ("https://www.google.co.uk/search?q=x", ("www.google.co.uk", "search")),
        ("https://duckduckgo.com/", ("duckduckgo.com", "search")),
        ("https://search.brave.com/search?q=x", ("search.brave.com", "search")),
        ("https://yandex.com.tr/", ("yandex.com.tr", "search")),
        ("https://mail.google.com/mail/u/0/", ("mail.google.com", "mail")),
        ("https://outlook.office365.com/", ("outlook.office365.com", "mail")),
        ("https://outlook.live.com/", ("outlook.live.com", "mail")),
        ("https://webmail.example.org/", ("webmail.example.org", "mail")),
        ("https://t.co/abc", ("t.co", "social")),
        ("https://out.reddit.com/x", ("out.reddit.com", "social")),
        ("http://m.facebook.com", ("m.facebook.com", "social")),
        ("https://sho.rt/x", ("sho.rt", "internal")),
        ("https://blog.example.org:8443/post?a=b#c", ("blog.example.org", "other")),
        ("HTTPS://Blog.Example.ORG./", ("blog.example.org", "other")),
        ("https://notgoogle.com/", ("notgoogle.com", "other")),
        ("https://google.com.evil.example/", ("google.com.evil.example", "other")),
        ("https://t.co@evil.example/", ("evil.example", "other")),
        ("javascript:alert(1)", ("", "other")),
        ("android-app://com.example", ("", "other")),
        ("file:///etc/passwd", ("", "other")),
        ("https://[::1", ("", "other")),
        ("https://a b.example/", ("", "other")),
        ("https://<script>.example/", ("", "other")),
        ("https://" + "a" * 300 + ".example/", ("", "other")),
    ],
)
def test_a_referrer_has_a_host_and_a_class(referrer: str, expected: tuple[str, str]) -> None:
    assert classify(referrer, own_host="sho.rt") == Referrer(*expected)


@pytest.mark.parametrize(
    ("medium", "query", "kind"),
    [
        ("cpc", "", "paid"),
        ("CPC", "", "paid"),
        ("", "gclid=abc", "paid"),
        ("", "a=1&msclkid=abc", "paid"),
        ("", "wbraid=abc", "paid"),
        ("", "gclid=", "search"),
        ("", "notgclid=abc", "search"),
        ("email", "", "mail"),
        ("social", "", "social"),
        ("organic", "", "search"),
    ],
)
def test_what_the_campaign_says_outweighs_the_host(medium: str, query: str, kind: str) -> None:
    assert classify("https://www.google.com/", own_host="sho.rt", utm_medium=medium, query=query).kind == kind


def test_a_referrer_of_any_length_has_a_host() -> None:
    assert host_of("https://example.org/" + "x" * 100_000) == "example.org"


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("", ""),
        ("en", "en"),
        ("pt-BR,pt;q=0.9,en;q=0.8", "pt"),
        ("en;q=0.5, DE-at;q=0.9", "de"),
        ("fr;q=0, it", "it"),
        ("*", ""),
        ("zh-Hant-TW", "zh"),
        ("<script>, nl", "nl"),
        ("e" * 9000, ""),
        ("en;q=1.5,es;q=1", "es"),
    ],
)
def test_the_language_asked_for_first_is_kept(header: str, expected: str) -> None:
    assert languages.preferred(header) == expected


@pytest.mark.parametrize(
    ("query", "destination", "expected"),
    [
        ("", "https://example.org/", Utm()),
        (
            "utm_source=news&utm_medium=email&utm_campaign=May%20sale&utm_term=a&utm_content=b",
            "",
            Utm("news", "email", "May sale", "a", "b"),
        ),
        ("", "https://example.org/?utm_source=flyer", Utm(source="flyer")),
        ("utm_source=poster", "https://example.org/?utm_source=flyer&utm_medium=print", Utm(source="poster")),
        ("utm_source=first&utm_source=second", "", Utm(source="first")),
        ("utm_id=7", "https://example.org/?utm_source=flyer", Utm(source="flyer")),
        ("utm_source=" + "x" * 500, "", Utm(source="x" * 200)),
        ("utm_source=%FF%00", "", Utm(source="\ufffd\x00")),
        ("&".join(["a=1"] * 5000) + "&utm_source=x", "", Utm()),
    ],
)
def test_campaign_parameters_come_from_the_click_or_else_the_destination(query: str, destination: str, expected: Utm) -> None:
    assert utm.of_click(query, destination) == expected
