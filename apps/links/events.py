"""What the rest of the world learns of a link's changes."""

from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction

from apps.events import outbox
from apps.events.topics import Topic
from apps.links.models import Link
from apps.links.signals import link_changed


def announce(link: Link, *, topic: Topic, now: datetime) -> None:
    """Record an event for the bus, and tell the rooms of this process after the commit."""
    payload = record(link, topic=topic, now=now)
    for code in (link.code, *payload["aliases"]):
        # Robust: what is committed has happened; the event on the bus invalidates again if a receiver fails.
        transaction.on_commit(partial(link_changed.send_robust, sender=Link, domain_id=link.domain_id, code=code, version=link.version))


def record(link: Link, *, topic: Topic, now: datetime) -> dict[str, Any]:
    """Record an event for the bus in the running transaction; its payload."""
    payload = payload_of(link)
    outbox.record(topic=topic, key=str(link.pk), payload=payload, occurred_at=now)
    return payload


def payload_of(link: Link) -> dict[str, Any]:
    """Version 1 of the payload of all topics about links; times are ISO 8601 or None."""
    return {
        "link_id": link.pk,
        "domain_id": link.domain_id,
        "hostname": link.domain.hostname,
        "code": link.code,
        # In its first version a link has had no other code.
        "aliases": [alias.code for alias in link.aliases.all()] if link.version > 1 else [],
        "destination_url": link.destination_url,
        "workspace_id": link.workspace_id,
        "owner_id": link.owner_id,
        "title": link.title,
        "description": link.description,
        "tags": sorted(tag.name for tag in link.tags.all()),
        "is_active": link.is_active,
        "valid_from": _iso(link.valid_from),
        "expires_at": _iso(link.expires_at),
        "deleted_at": _iso(link.deleted_at),
        "link_version": link.version,
    }


def _iso(instant: datetime | None) -> str | None:
    return instant.isoformat() if instant else None
