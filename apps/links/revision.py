"""An edit as people make it: a link's fields, its code and its redirect rules, all or nothing."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from apps.accounts.policy import Actor
from apps.links.changes import UNSET, LinkChanges, Unset
from apps.links.models import Link
from apps.links.renaming import change_code
from apps.links.rules import RuleSpec, set_rules
from apps.links.services import update_link


@transaction.atomic
def revise_link(
    *,
    actor: Actor,
    link: Link,
    changes: LinkChanges,
    rules: Sequence[RuleSpec] | Unset,
    code: str | Unset = UNSET,
    now: datetime,
) -> Link:
    """The link with `changes`, under `code`, and with `rules` in place of those that it has. Raises what
    `update_link`, `change_code` and `set_rules` do; then nothing is written."""
    current = update_link(actor=actor, link=link, changes=changes, now=now)
    if not isinstance(code, Unset):
        current = change_code(actor=actor, link=current, code=code, now=now)
    return current if isinstance(rules, Unset) else set_rules(actor=actor, link=current, rules=rules, now=now)
