"""Writes. Each is one transaction that also records what happened for the bus and for the audit log.

Times are aware; `now` comes from the edge. All raise NotFound or PermissionDenied when the actor
may not do it, and LinkError when the link cannot be as asked for.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts import policy
from apps.accounts.audit.actions import AuditAction
from apps.accounts.models import Workspace
from apps.accounts.policy import Action, Actor
from apps.events.topics import Topic
from apps.links import audit, code_choice, destinations, edits, tagging, texts, windows
from apps.links.changes import LinkChanges, LinkOptions
from apps.links.domain_rules import place_for
from apps.links.emptying import PURGED_URL
from apps.links.errors import LinkError
from apps.links.events import announce
from apps.links.models import Domain, Link
from apps.links.options import apply as apply_options
from apps.links.versions import locked, require_changeable, save_version

_USUAL = LinkOptions()


def create_link(  # noqa: PLR0913 - one keyword a field
    *,
    actor: Actor,
    workspace: Workspace,
    destination_url: str,
    code: str = "",
    domain: Domain | None = None,
    title: str = "",
    description: str = "",
    tags: Sequence[str] = (),
    valid_from: datetime | None = None,
    expires_at: datetime | None = None,
    options: LinkOptions = _USUAL,
    now: datetime,
) -> Link:
    """A stored link in `workspace`, owned by `actor`; code "" means: generate one, no domain: the
    default one, or the only one that `actor` is bound to. `options` are those that are not usual.

    Raises CodeTaken when another link has the custom code."""
    policy.require_in_workspace(actor, Action.LINK_CREATE, workspace)
    names = texts.normalised_tags(tags)
    windows.require_future(expires_at, now=now)
    windows.require_order(valid_from=valid_from, expires_at=expires_at)
    link = Link(
        domain=place_for(actor, domain, workspace=workspace),
        destination_url=destinations.parse(destination_url).url,
        workspace=workspace,
        owner_id=actor.pk,
        title=texts.checked_title(title),
        description=texts.checked_description(description),
        valid_from=valid_from,
        expires_at=expires_at,
        created_at=now,
    )
    apply_options(link, options)
    with transaction.atomic():
        if code:
            code_choice.insert_with_custom_code(link, code)
        else:
            code_choice.insert_with_generated_code(link)
        given = tagging.give_tags(link, tagging.ensure_tags(workspace_id=workspace.pk, names=names))
        audit.record_created(actor=actor, link=link, tags=given)
        announce(link, topic=Topic.URL_CREATED, now=now)
    return link


@transaction.atomic
def update_link(*, actor: Actor, link: Link, changes: LinkChanges, now: datetime) -> Link:
    """The link with `changes` made to it as it stands now; without a difference nothing is written.

    Raises LinkError `link_deleted` for a deleted link, `link_banned` for a banned one."""
    current = locked(link)
    policy.require(actor, Action.LINK_EDIT, current)
    require_changeable(current)
    before = audit.state_of(current)
    changed = edits.apply(current, changes, now=now)
    tags = edits.apply_tags(current, changes)
    if not changed and tags is None:
        return current
    audit.record_edited(actor=actor, link=current, before=before, password_changed="password_hash" in changed, tags=tags)
    return save_version(current, changed, topic=Topic.URL_UPDATED, now=now)


@transaction.atomic
def set_link_active(*, actor: Actor, link: Link, is_active: bool, now: datetime) -> Link:
    """The link, enabled or disabled; nothing is written when it is so already.

    Raises LinkError `link_deleted` for a deleted link, `link_banned` for a banned one."""
    current = locked(link)
    policy.require(actor, Action.LINK_EDIT, current)
    require_changeable(current)
    if current.is_active == is_active:
        return current
    current.is_active = is_active
    action = AuditAction.LINK_ENABLED if is_active else AuditAction.LINK_DISABLED
    audit.record(action=action, actor=actor, link=current, before={"is_active": not is_active}, after={"is_active": is_active})
    return save_version(current, ["is_active"], topic=Topic.URL_UPDATED, now=now)


@transaction.atomic
def delete_link(*, actor: Actor, link: Link, now: datetime) -> None:
    """Take the link out of service. Its row and code stay, so that it can be restored and the code
    never leads elsewhere. A deleted link stays as it is."""
    current = locked(link)
    policy.require(actor, Action.LINK_DELETE, current)
    if current.deleted_at is None:
        current.deleted_at = now
        audit.record(action=AuditAction.LINK_DELETED, actor=actor, link=current, before={"deleted_at": None}, after={"deleted_at": now})
        save_version(current, ["deleted_at"], topic=Topic.URL_DELETED, now=now)


@transaction.atomic
def restore_link(*, actor: Actor, link: Link, now: datetime) -> Link:
    """The link in the state that it had before it was deleted; others stay as they are.

    Raises LinkError `link_purged` when it has been emptied for good."""
    current = locked(link)
    policy.require(actor, Action.LINK_DELETE, current)
    if current.deleted_at is None:
        return current
    if current.destination_url == PURGED_URL:
        raise LinkError(_("Nothing is left of this link but its code."), code="link_purged", field="")
    before = {"deleted_at": current.deleted_at}
    current.deleted_at = None
    audit.record(action=AuditAction.LINK_RESTORED, actor=actor, link=current, before=before, after={"deleted_at": None})
    return save_version(current, ["deleted_at"], topic=Topic.URL_UPDATED, now=now)
