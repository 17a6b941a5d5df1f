"""From an event to a row."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from apps.analytics.enrichment.addresses import AddressPolicy
from apps.analytics.enrichment.enricher import Enricher
from apps.analytics.enrichment.visitors import VisitorIds
from apps.analytics.rows import ClickRow
from apps.common.visitors.geoip import Allocations
from apps.common.visitors.networks import open_networks
from apps.events.envelope import Event
from tests.analytics.clicks import click_event
from tests.shared_data import shared_data

NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"
VISIT = {
    "hostname": "sho.rt:8000",
    "owner_id": None,
    "destination_url": "https://example.org/?utm_source=flyer",
    "user_agent": CHROME,
    "referrer": "https://www.google.com/",
    "accept_language": "de-DE,de;q=0.9",
}


def a_click(*, at: datetime = NOW, **fields: Any) -> Event:
    """A visit by Chrome from Google, with `fields` put into its payload."""
    return click_event(1, at=at, **{**VISIT, **fields})


def enricher(policy: AddressPolicy = AddressPolicy.TRUNCATED, secret: str = "s", **options: Any) -> Enricher:
    return Enricher(Allocations(), VisitorIds(secret), policy, **options)


def enrich(event: Event, **options: Any) -> ClickRow:
    return enricher().enrich(event, **{"appended_at": NOW, **options})


def test_a_click_becomes_a_row_with_all_that_can_be_told() -> None:
    event = a_click()

    row = enrich(event)

    assert row._replace(visitor_id=0) == ClickRow(
        event_id=event.id,
        link_id=7,
        workspace_id=3,
        owner_id=0,
        domain="sho.rt:8000",
        code="abc",
        destination_url="https://example.org/?utm_source=flyer",
        timestamp=NOW,
        method="GET",
        address="81.2.69.0",
        user_agent=CHROME,
        referrer="https://www.google.com/",
        referrer_host="www.google.com",
        referrer_class="search",
        country="GB",
        region="",
        city="",
        device="desktop",
        browser="Chrome",
        browser_version="142",
        os="Windows",
        os_version="10",
        language="de",
        utm_source="flyer",
        utm_medium="",
        utm_campaign="",
        utm_term="",
        utm_content="",
        is_bot=False,
        bot_reason="",
        visitor_id=0,
        asn=0,
        network="",
        session_id=0,
        is_unique_visitor=False,
    )


def test_the_same_event_gives_the_same_row() -> None:
    assert enrich(a_click()) == enrich(a_click())


def test_a_visit_from_the_short_domain_itself_is_internal() -> None:
    assert enrich(a_click(referrer="http://sho.rt:8000/other")).referrer_class == "internal"


def test_a_made_up_referrer_is_dropped_and_its_click_is_a_bots() -> None:
    row = enricher(spam={"spam.example"}).enrich(a_click(referrer="https://spam.example/buy"), appended_at=NOW)

    assert (row.referrer, row.referrer_host, row.referrer_class) == ("", "", "spam")
    assert (row.is_bot, row.bot_reason) == (True, "referrer_spam")


def test_a_network_has_number_and_name() -> None:
    networks = open_networks(str(shared_data("geoip-test/GeoLite2-ASN-Test.mmdb")))

    row = enricher(networks=networks).enrich(a_click(address="1.128.0.9"), appended_at=NOW)

    assert (row.asn, row.network) == (1221, "Telstra Pty Ltd")


@pytest.mark.parametrize(
    ("policy", "address", "stored"),
    [
        (AddressPolicy.FULL, "81.2.69.142", "81.2.69.142"),
        (AddressPolicy.TRUNCATED, "81.2.69.142", "81.2.69.0"),
        (AddressPolicy.NONE, "81.2.69.142", ""),
        (AddressPolicy.FULL, "2001:DB8:0:0:0::1", "2001:db8::1"),
        (AddressPolicy.TRUNCATED, "2001:db8:1:2:3::4", "2001:db8:1::"),
        (AddressPolicy.TRUNCATED, "::ffff:81.2.69.142", "81.2.69.0"),
        (AddressPolicy.FULL, "fe80::1%eth0", "fe80::1"),
        (AddressPolicy.FULL, "not an address", ""),
        (AddressPolicy.TRUNCATED, "", ""),
    ],
)
def test_the_policy_decides_what_is_kept_of_the_address(policy: AddressPolicy, address: str, stored: str) -> None:
    assert enricher(policy).enrich(a_click(address=address), appended_at=NOW).address == stored


def test_a_visitor_is_the_same_one_all_day_on_every_link() -> None:
    first = enrich(a_click(at=NOW - timedelta(hours=11)))
    second = enrich(a_click(link_id=8, referrer=""))

    assert first.visitor_id == second.visitor_id != 0


def test_a_visitor_cannot_be_followed_into_the_next_day() -> None:
    today = enrich(a_click())
    tomorrow = enrich(a_click(at=NOW + timedelta(days=1)), appended_at=NOW + timedelta(days=1))

    assert today.visitor_id != tomorrow.visitor_id


@pytest.mark.parametrize("changed", [{"address": "81.2.69.143"}, {"user_agent": "Other/1.0"}])
def test_another_address_or_user_agent_is_another_visitor(changed: dict[str, Any]) -> None:
    assert enrich(a_click(**changed)).visitor_id != enrich(a_click()).visitor_id


def test_without_the_secret_visitor_ids_cannot_be_made() -> None:
    one, other = (enricher(secret=secret).enrich(a_click(), appended_at=NOW) for secret in ("a", "b"))

    assert one.visitor_id != other.visitor_id


@pytest.mark.parametrize(
    ("claimed", "kept"),
    [
        (NOW - timedelta(hours=23), NOW - timedelta(hours=23)),
        (NOW - timedelta(days=3), NOW - timedelta(hours=24)),
        (NOW + timedelta(minutes=4), NOW + timedelta(minutes=4)),
        (NOW + timedelta(days=90), NOW + timedelta(minutes=5)),
        (datetime(1970, 1, 1, tzinfo=UTC), NOW - timedelta(hours=24)),
    ],
)
def test_the_time_is_kept_near_the_clock_of_the_bus(claimed: datetime, kept: datetime) -> None:
    assert enrich(a_click(at=claimed)).timestamp == kept


def test_a_backfilled_click_keeps_its_time_and_country() -> None:
    long_ago = NOW - timedelta(days=30)

    row = enrich(a_click(at=long_ago, country="PT"), is_backfill=True)

    assert (row.timestamp, row.country) == (long_ago, "PT")


def test_a_live_click_cannot_choose_its_country() -> None:
    assert enrich(a_click(country="PT")).country == "GB"


def test_a_crawler_is_marked_and_has_the_device_bot() -> None:
    row = enrich(a_click(user_agent="Googlebot/2.1 (+http://www.google.com/bot.html)"))

    assert (row.is_bot, row.bot_reason, row.device) == (True, "crawler", "bot")


def test_a_prefetch_counts_as_a_bot_on_the_device_of_its_browser() -> None:
    row = enrich(a_click(purpose="prefetch"))

    assert (row.is_bot, row.bot_reason, row.device) == (True, "prefetch", "desktop")


def test_long_texts_are_cut() -> None:
    row = enrich(a_click(user_agent="u" * 5000, referrer="https://example.org/" + "r" * 5000, method="PROPFIND"))

    assert (len(row.user_agent), len(row.referrer), row.method) == (2048, 2048, "other")
