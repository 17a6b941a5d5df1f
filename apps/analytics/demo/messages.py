"""Demo clicks in the shape in which the shipper brings real ones to the bus."""

from collections.abc import Iterable, Iterator
from hashlib import blake2b

from apps.analytics.demo.account import DemoAccount
from apps.analytics.demo.clicks import DemoClick
from apps.analytics.ingest import BACKFILL_HEADER
from apps.events.bus import Message
from apps.events.envelope import Event
from apps.events.topics import Topic
from apps.redirects.click_events import click_id


def to_messages(clicks: Iterable[DemoClick], account: DemoAccount) -> Iterator[Message]:
    """One message a click, numbered from 1 on.

    The producer is the account: a run that was cut short is simply done again, and click ingest
    leaves out what it has had.
    """
    digest = blake2b(account.workspace.public_id.bytes, digest_size=8, person=b"demo-clicks")
    producer_id = int.from_bytes(digest.digest())
    for sequence, click in enumerate(clicks, start=1):
        event = _event(click, account, producer_id=producer_id, sequence=sequence)
        yield Message(key=event.key, value=event.encode(), headers={BACKFILL_HEADER: b"1"})


def _event(click: DemoClick, account: DemoAccount, *, producer_id: int, sequence: int) -> Event:
    link = account.links[click.place]
    return Event(
        id=click_id(int(click.at.timestamp() * 1000) * 1_000_000, producer_id, sequence),
        topic=Topic.URL_REDIRECTED,
        key=str(link.pk),
        occurred_at=click.at,
        version=1,
        payload={
            "link_id": link.pk,
            "domain_id": link.domain_id,
            "hostname": link.domain.hostname,
            "code": link.code,
            "destination_url": link.destination_url,
            "workspace_id": link.workspace_id,
            "owner_id": link.owner_id,
            "link_version": link.version,
            "method": click.method,
            "address": click.person.address,
            "user_agent": click.person.user_agent,
            "referrer": click.referrer,
            "accept_language": click.person.accept_language,
            "query": click.query,
            "purpose": click.purpose,
            "producer_id": f"{producer_id:016x}",
            "sequence": sequence,
            "country": click.person.country,
        },
    )
