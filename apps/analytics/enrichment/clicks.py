"""The payload of a click's event, unpacked."""

from operator import itemgetter
from typing import NamedTuple

from apps.events.envelope import Event


class Click(NamedTuple):
    """What the redirector wrote down. `owner_id` is 0 for a link without an owner; `country` is ""
    unless the click was brought in from elsewhere with its country."""

    link_id: int
    workspace_id: int
    sequence: int
    hostname: str
    code: str
    destination_url: str
    method: str
    address: str
    user_agent: str
    referrer: str
    accept_language: str
    query: str
    purpose: str
    producer_id: str
    owner_id: int
    country: str


_REQUIRED = itemgetter(*Click._fields[:-2])


def read_click(event: Event) -> Click:
    """The click that `event` tells of; its payload has been checked against the schema."""
    payload = event.payload
    return Click._make((*_REQUIRED(payload), payload["owner_id"] or 0, payload.get("country", "")))
