"""An edit as people make it: a link's fields and its redirect rules, both or neither."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from apps.accounts.policy import Actor
from apps.links.changes import LinkChanges, Unset
from apps.links.models import Link
from apps.links.rules import RuleSpec, set_rules
from apps.links.services import update_link


@transaction.atomic
def revise_link(*, actor: Actor, link: Link, changes: LinkChanges, rules: Sequence[RuleSpec] | Unset, now: datetime) -> Link:
    """The link with `changes`, and with `rules` in place of those that it has. Raises what
    `update_link` and `set_rules` do; then nothing is written."""
    current = update_link(actor=actor, link=link, changes=changes, now=now)
    return current if isinstance(rules, Unset) else set_rules(actor=actor, link=current, rules=rules, now=now)
