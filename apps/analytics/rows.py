"""One click as it is stored: what enrichment hands to the store."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID


class ClickRow(NamedTuple):
    """The columns of `click_events`, in order. "" means unknown or absent throughout.

    `timestamp` is aware and kept to the millisecond. `owner_id` is 0 when the link has no owner.
    `event_id` is the event's id, so that a row is the same row however often it is made.
    `visitor_id` is the daily keyed hash of the visitor, an unsigned 64-bit number. `session_id` names
    the visit that the click belongs to, and `is_unique_visitor` marks the visitor's first click on the
    link that day; both are filled in by `visits`, and are 0 and False for bots. `asn` is 0 when the
    visitor's network is unknown.
    """

    event_id: UUID
    link_id: int
    workspace_id: int
    owner_id: int
    domain: str
    code: str
    destination_url: str
    timestamp: datetime
    method: str
    address: str
    user_agent: str
    referrer: str
    referrer_host: str
    referrer_class: str
    country: str
    region: str
    city: str
    device: str
    browser: str
    browser_version: str
    os: str
    os_version: str
    language: str
    utm_source: str
    utm_medium: str
    utm_campaign: str
    utm_term: str
    utm_content: str
    is_bot: bool
    bot_reason: str
    visitor_id: int
    asn: int
    network: str
    session_id: int
    is_unique_visitor: bool
