"""Making an edit's changes to a locked link, field by field; nothing is written but tags."""

from collections.abc import Sequence
from datetime import datetime

from apps.links import destinations, options, tagging, texts, windows
from apps.links.changes import LinkChanges, Unset
from apps.links.models import Link

_FIELDS = ("destination_url", "title", "description", "valid_from", "expires_at", *options.FIELDS)


def apply(link: Link, changes: LinkChanges, *, now: datetime) -> Sequence[str]:
    """Set the fields of `link` that `changes` makes different; their names. Raises LinkError.

    A value that stays as it is is not judged again: rules may have changed, and time has passed.
    """
    before = {name: getattr(link, name) for name in _FIELDS}
    if not isinstance(changes.destination_url, Unset) and changes.destination_url != link.destination_url:
        link.destination_url = destinations.parse(changes.destination_url).url
    if not isinstance(changes.title, Unset) and changes.title != link.title:
        link.title = texts.checked_title(changes.title)
    if not isinstance(changes.description, Unset) and changes.description != link.description:
        link.description = texts.checked_description(changes.description)
    _apply_window(link, changes, now=now)
    options.apply(link, changes)
    changed = [name for name, value in before.items() if getattr(link, name) != value]
    if "expires_at" in changed and link.expiry_announced_at is not None:
        # Another expiry will come, and is told of again.
        link.expiry_announced_at = None
        changed.append("expiry_announced_at")
    return changed


def _apply_window(link: Link, changes: LinkChanges, *, now: datetime) -> None:
    if not isinstance(changes.valid_from, Unset):
        link.valid_from = changes.valid_from
    if not isinstance(changes.expires_at, Unset) and changes.expires_at != link.expires_at:
        windows.require_future(changes.expires_at, now=now)
        link.expires_at = changes.expires_at
    windows.require_order(valid_from=link.valid_from, expires_at=link.expires_at)


def apply_tags(link: Link, changes: LinkChanges) -> tagging.TagChange | None:
    """Give the locked `link` the tags asked for; None when that changed nothing. Raises LinkError."""
    if isinstance(changes.tags, Unset):
        return None
    names = texts.normalised_tags(changes.tags)
    return tagging.set_tags(link, tagging.ensure_tags(workspace_id=link.workspace_id, names=names))
