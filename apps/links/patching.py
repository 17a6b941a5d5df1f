"""An edit in one step, made to the version that the caller has seen."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.policy import Actor
from apps.common.errors import DomainError
from apps.links.changes import UNSET, LinkChanges, Unset
from apps.links.models import Link
from apps.links.rules import RuleSpec, set_rules
from apps.links.services import set_link_active, update_link
from apps.links.versions import locked


class VersionConflict(DomainError):
    """Somebody else has changed the link meanwhile."""

    code = "version_conflict"
    http_status = 412


@transaction.atomic
def patch_link(
    *, actor: Actor, link: Link, changes: LinkChanges, is_active: bool | Unset = UNSET, version: int | None = None, now: datetime
) -> Link:
    """The link with `changes` and, if that is said, enabled or disabled.

    Raises VersionConflict when it is in another `version` by now, and what `update_link` and `set_link_active` raise.
    """
    current = _in_version(link, version)
    if is_active is not UNSET and is_active:
        current = set_link_active(actor=actor, link=current, is_active=True, now=now)
    current = update_link(actor=actor, link=current, changes=changes, now=now)
    if is_active is not UNSET and not is_active:
        current = set_link_active(actor=actor, link=current, is_active=False, now=now)
    return current


@transaction.atomic
def replace_rules(*, actor: Actor, link: Link, rules: Sequence[RuleSpec], version: int | None = None, now: datetime) -> Link:
    """The link with these rules and no others. Raises VersionConflict as above, and what `set_rules` raises."""
    return set_rules(actor=actor, link=_in_version(link, version), rules=rules, now=now)


def _in_version(link: Link, version: int | None) -> Link:
    """The link as it stands now, locked. Raises VersionConflict."""
    current = locked(link)
    if version is not None and current.version != version:
        raise VersionConflict(_("The link has changed since you read it."))
    return current
