"""What moderators do about links: take them out of service, or have visitors warned.

Each is one transaction and one version of the link, announced like every other change. All raise
NotFound or PermissionDenied when the actor is no moderator, and LinkError when the reason cannot be
kept. Times are aware; `now` comes from the edge.
"""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts import policy
from apps.accounts.audit.actions import AuditAction
from apps.accounts.policy import Action, Actor
from apps.events.topics import Topic
from apps.links import audit
from apps.links.errors import LinkError
from apps.links.models import Link
from apps.links.texts import require_printable
from apps.links.versions import locked, save_version

REASON_MAX_LENGTH = 500


@transaction.atomic
def ban_link(*, actor: Actor, link: Link, reason: str, now: datetime) -> Link:
    """The link, out of service from now on and whatever its owner does; a banned one gets the new reason."""
    current = _for_moderation(actor, link)
    return _set(current, "ban", actor=actor, since=current.banned_at or now, reason=_checked_reason(reason), now=now)


@transaction.atomic
def unban_link(*, actor: Actor, link: Link, now: datetime) -> Link:
    """The link in the state that it had before it was banned, or has been brought into meanwhile."""
    return _set(_for_moderation(actor, link), "ban", actor=actor, since=None, reason="", now=now)


@transaction.atomic
def flag_link(*, actor: Actor, link: Link, reason: str, now: datetime) -> Link:
    """The link, before whose destination visitors are warned; a flagged one gets the new reason."""
    current = _for_moderation(actor, link)
    return _set(current, "flag", actor=actor, since=current.flagged_at or now, reason=_checked_reason(reason), now=now)


@transaction.atomic
def unflag_link(*, actor: Actor, link: Link, now: datetime) -> Link:
    """The link without a warning."""
    return _set(_for_moderation(actor, link), "flag", actor=actor, since=None, reason="", now=now)


def _for_moderation(actor: Actor, link: Link) -> Link:
    current = locked(link)
    policy.require(actor, Action.LINK_MODERATE, current)
    return current


_FIELDS = {"ban": ("banned_at", "ban_reason"), "flag": ("flagged_at", "flag_reason")}
# By mark, and by whether it is put on the link.
_ACTIONS = {
    ("ban", True): AuditAction.LINK_BANNED,
    ("ban", False): AuditAction.LINK_UNBANNED,
    ("flag", True): AuditAction.LINK_FLAGGED,
    ("flag", False): AuditAction.LINK_UNFLAGGED,
}


def _set(link: Link, mark: str, *, actor: Actor, since: datetime | None, reason: str, now: datetime) -> Link:
    """The locked `link` with the mark as asked for; nothing is written when it has it already."""
    fields = _FIELDS[mark]
    before = {field: getattr(link, field) for field in fields}
    after = dict(zip(fields, (since, reason), strict=True))
    if before == after:
        return link
    for field, value in after.items():
        setattr(link, field, value)
    audit.record(action=_ACTIONS[mark, since is not None], actor=actor, link=link, before=before, after=after)
    return save_version(link, fields, topic=Topic.URL_UPDATED, now=now)


def _checked_reason(text: str) -> str:
    reason = text.strip()
    if not reason:
        raise LinkError(_("Say why: the next moderator will ask."), code="reason_missing", field="")
    if len(reason) > REASON_MAX_LENGTH:
        message = _("The reason is too long: at most %(limit)d characters are possible.") % {"limit": REASON_MAX_LENGTH}
        raise LinkError(message, code="reason_too_long", field="")
    require_printable(reason, field="")
    return reason
