"""Links whose rows go for good, with their workspace for instance: told like every other change."""

from typing import Any

from django.utils import timezone

from apps.accounts.audit.actions import AuditAction
from apps.events.topics import Topic
from apps.links import audit
from apps.links.events import announce
from apps.links.models import Link


def announce_purged(*, instance: Link, **_kwargs: Any) -> None:
    """Receiver of `post_delete`: records an event in the transaction in which the link goes, so that caches
    and indices let go of it too."""
    now = timezone.now()
    instance.version += 1
    instance.deleted_at = instance.deleted_at or now
    audit.record(action=AuditAction.LINK_PURGED, actor=None, link=instance)
    announce(instance, topic=Topic.URL_DELETED, now=now)
