"""What all writes to a link that is there have in common: one after the other, each a version."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from apps.common.errors import NotFound
from apps.events.topics import Topic
from apps.links.errors import LinkError
from apps.links.events import announce
from apps.links.models import Link


def locked(link: Link) -> Link:
    """The row as it stands now, held until the transaction ends: one change after the other."""
    current = Link.objects.select_for_update(of=("self",)).select_related("domain").filter(pk=link.pk).first()
    if current is None:
        raise NotFound(_("There is no such link here."))
    return current


def require_not_deleted(link: Link) -> None:
    """Pass unless the link is deleted. Raises LinkError `link_deleted`."""
    if link.deleted_at is not None:
        raise LinkError(_("This link is deleted. Restore it before you change it."), code="link_deleted", field="")


def require_changeable(link: Link) -> None:
    """Pass unless the link is deleted or banned. Raises LinkError `link_deleted` or `link_banned`."""
    require_not_deleted(link)
    if link.banned_at is not None:
        raise LinkError(_("A moderator has taken this link out of service: it stays as it is."), code="link_banned", field="")


def save_version(link: Link, fields: Sequence[str], *, topic: Topic, now: datetime) -> Link:
    """Write `fields` of the locked link as its next version, and announce it."""
    link.version += 1
    link.save(update_fields=[*fields, "version", "updated_at"])
    announce(link, topic=topic, now=now)
    return link
