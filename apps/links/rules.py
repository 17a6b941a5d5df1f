"""Redirect rules of a link: where some visitors go instead of its destination."""

import json
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts import policy
from apps.accounts.audit.actions import AuditAction
from apps.accounts.policy import Action, Actor
from apps.events.topics import Topic
from apps.links import audit, conditions, destinations
from apps.links.conditions import Condition, refusal
from apps.links.errors import LinkError
from apps.links.models import Link, RedirectRule
from apps.links.versions import locked, require_changeable, save_version

MAX_RULES: Final = 50
MAX_PRIORITY: Final = 32_767
MAX_WEIGHT: Final = 1000
# Every redirector keeps the rules of a link in memory, all together no more than so many characters.
MAX_CHARACTERS: Final = 100_000


@dataclass(frozen=True, slots=True)
class RuleSpec:
    """One rule as it is asked for; conditions have the form of apps.links.conditions. Rules of one
    priority share by weight the visitors for whom they hold; smaller priorities come first."""

    priority: int
    conditions: list[Condition]
    destination_url: str
    weight: int = 1


@transaction.atomic
def set_rules(*, actor: Actor, link: Link, rules: Sequence[RuleSpec], now: datetime) -> Link:
    """The link with these rules and no others; nothing is written when it has them already.

    Raises NotFound or PermissionDenied when the actor may not do it, LinkError `link_deleted` or
    `link_banned` when the link stays as it is, and LinkError with field
    "rules" whose `params` name the `rule` at fault by its place in `rules`, from 0, the `condition`
    in it, and the `problem` without that place. A destination that the link has already is not judged again.
    """
    current = locked(link)
    policy.require(actor, Action.LINK_EDIT, current)
    require_changeable(current)
    present = rules_of(current)
    wanted = checked(rules, known={current.destination_url, *(rule.destination_url for rule in present)})
    if wanted == present:
        return current
    RedirectRule.objects.filter(link=current).delete()
    RedirectRule.objects.bulk_create(
        RedirectRule(
            link=current,
            priority=rule.priority,
            conditions=rule.conditions,
            destination_url=rule.destination_url,
            weight=rule.weight,
        )
        for rule in wanted
    )
    before, after = {"rules": [asdict(rule) for rule in present]}, {"rules": [asdict(rule) for rule in wanted]}
    audit.record(action=AuditAction.LINK_RULES_CHANGED, actor=actor, link=current, before=before, after=after)
    return save_version(current, [], topic=Topic.URL_UPDATED, now=now)


def rules_of(link: Link) -> list[RuleSpec]:
    """The rules of a link in the order in which visitors are compared with them."""
    rows = link.rules.order_by("priority", "id")
    return [RuleSpec(row.priority, row.conditions, row.destination_url, row.weight) for row in rows]


def checked(rules: Sequence[RuleSpec], *, known: Collection[str] = ()) -> list[RuleSpec]:
    """`rules` as they are stored, by priority. Destinations in `known` are taken as they are. Raises
    LinkError with the codes of conditions and destinations, `too_many_rules`, `rules_too_large`,
    `invalid_priority` or `invalid_weight`."""
    if len(rules) > MAX_RULES:
        raise refusal("too_many_rules", _("A link can have at most %(limit)d rules.") % {"limit": MAX_RULES})
    found = [_checked_one(rule, place, known=known) for place, rule in enumerate(rules)]
    if sum(len(rule.destination_url) + len(json.dumps(rule.conditions)) for rule in found) > MAX_CHARACTERS:
        raise refusal("rules_too_large", _("The rules of this link are too large together. Remove some or shorten them."))
    return sorted(found, key=lambda rule: rule.priority)


def _checked_one(rule: RuleSpec, place: int, *, known: Collection[str]) -> RuleSpec:
    try:
        url = rule.destination_url
        return RuleSpec(
            priority=_whole(rule.priority, 0, MAX_PRIORITY, name="priority"),
            conditions=conditions.checked(rule.conditions),
            destination_url=url if url in known else destinations.parse(url).url,
            weight=_whole(rule.weight, 1, MAX_WEIGHT, name="weight"),
        )
    except LinkError as error:
        message = _("Rule %(number)d: %(problem)s") % {"number": place + 1, "problem": error.message}
        params = {"input": error.field, **error.params} if error.field == "destination_url" else error.params
        raise refusal(error.code, message, rule=place, problem=error.message, **params) from None


def _whole(value: int, least: int, most: int, *, name: str) -> int:
    if type(value) is not int or not least <= value <= most:
        labels = {"priority": _("The priority"), "weight": _("The weight")}
        message = _("%(name)s is a whole number from %(least)d to %(most)d.")
        raise refusal(f"invalid_{name}", message % {"name": labels[name], "least": least, "most": most}, input=name)
    return value
