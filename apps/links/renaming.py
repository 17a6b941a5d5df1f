"""Giving a link another code. The old one becomes an alias, so what was shared goes on working."""

from datetime import datetime
from typing import Final

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from apps.accounts import policy
from apps.accounts.audit.actions import AuditAction
from apps.accounts.policy import Action, Actor
from apps.events.topics import Topic
from apps.links import audit, code_choice
from apps.links.errors import LinkError
from apps.links.models import Alias, Link
from apps.links.versions import locked, require_changeable, save_version

MAX_ALIASES: Final = 20


@transaction.atomic
def change_code(*, actor: Actor, link: Link, code: str, now: datetime) -> Link:
    """The link under `code`, which may be one that it had before; nothing is written when it has it already.

    Raises NotFound or PermissionDenied when the actor may not do it, LinkError when the code cannot
    be used or the link has had too many, CodeTaken when the code is or was another link's.
    """
    current = locked(link)
    policy.require(actor, Action.LINK_EDIT, current)
    require_changeable(current)
    old = current.code
    if code == old:
        return current
    code_choice.require_usable(code)
    _free_own_alias(current, code)
    _require_room(current)
    current.code = code
    try:
        with transaction.atomic():
            current.save(update_fields=["code"])
    except IntegrityError as error:
        if code_choice.says_taken(error):
            raise code_choice.taken(code) from error
        raise
    Alias.objects.create(domain_id=current.domain_id, code=old, link=current, created_at=now)
    audit.record(action=AuditAction.LINK_CODE_CHANGED, actor=actor, link=current, before={"code": old}, after={"code": code})
    # The code is written; the version comes last because its event tells of the alias.
    return save_version(current, [], topic=Topic.URL_UPDATED, now=now)


def _free_own_alias(link: Link, code: str) -> None:
    Alias.objects.filter(domain_id=link.domain_id, code=code, link=link).delete()


def _require_room(link: Link) -> None:
    if link.aliases.count() >= MAX_ALIASES:
        message = _("This link has had %(limit)d codes already, and all of them lead to it. Make a new link.") % {"limit": MAX_ALIASES}
        raise LinkError(message, code="too_many_aliases", field="code")
