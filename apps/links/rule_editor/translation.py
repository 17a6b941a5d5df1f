"""Between stored rules, the drafts of a form, and what the service is asked for."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from django import forms
from django.utils.dateparse import parse_datetime
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django_countries import countries

from apps.links.rule_editor.drafts import CHOICE_KINDS, ConditionDraft, Drafts, RuleDraft, TargetDraft
from apps.links.rules import RuleSpec


class UnreadableRule(Exception):
    """What was typed for the rule at `position` is no rule yet; `message` says what to do."""

    def __init__(self, message: str, *, position: int) -> None:
        super().__init__(message)
        self.message = message
        self.position = position


def drafts_of(rules: Iterable[RuleSpec]) -> Drafts:
    """The stored rules, in their order, as a form shows them: times in the viewer's zone."""
    groups = groupby(rules, key=lambda rule: rule.priority)
    return tuple(_draft(list(rows)) for _priority, rows in groups)


def _draft(rows: Sequence[RuleSpec]) -> RuleDraft:
    targets = tuple(TargetDraft(row.destination_url, str(row.weight)) for row in rows)
    conditions = rows[0].conditions
    if any(row.conditions != conditions for row in rows):
        kept = [{"conditions": row.conditions, "destination_url": row.destination_url, "weight": row.weight} for row in rows]
        return RuleDraft(targets=targets, kept=json.dumps(kept))
    return RuleDraft(conditions=tuple(map(_condition_draft, conditions)), targets=targets)


def _condition_draft(condition: Mapping[str, Any]) -> ConditionDraft:
    kind, values = condition["kind"], tuple(condition.get("values", ()))
    return ConditionDraft(
        kind=kind,
        is_negated=bool(condition.get("not")),
        choices=values if kind in CHOICE_KINDS else (),
        text="" if kind in CHOICE_KINDS else ", ".join(values),
        name=condition.get("name", ""),
        since=_local(condition.get("from")),
        until=_local(condition.get("until")),
    )


def _local(iso: str | None) -> str:
    moment = parse_datetime(iso) if iso else None
    return localtime(moment).isoformat(timespec="seconds" if moment.second else "minutes")[: 19 if moment.second else 16] if moment else ""


def specs_of(drafts: Drafts) -> list[RuleSpec]:
    """What the service is asked for, and is to judge. Raises UnreadableRule."""
    return [spec for position, rule in enumerate(drafts) for spec in _specs(rule, position)]


def position_of(drafts: Drafts, place: int) -> tuple[int, int]:
    """Positions of the draft, and of the target in it, that the spec at `place` was made of."""
    made = [(position, number) for position, rule in enumerate(drafts) for number in range(len(rule.targets))]
    return made[place] if place < len(made) else (0, 0)


def _specs(rule: RuleDraft, position: int) -> list[RuleSpec]:
    if rule.kept:
        return _kept_specs(rule.kept, position)
    conditions = [_condition(draft, position) for draft in rule.conditions]
    return [RuleSpec(position, conditions, target.destination_url, _weight(target, position)) for target in rule.targets]


def _kept_specs(kept: str, position: int) -> list[RuleSpec]:
    try:
        return [RuleSpec(position, list(row["conditions"]), str(row["destination_url"]), int(row["weight"])) for row in json.loads(kept)]
    except (ValueError, TypeError, KeyError) as error:
        raise UnreadableRule(_("This rule cannot be read. Remove it and make it anew."), position=position) from error


def _weight(target: TargetDraft, position: int) -> int:
    if target.weight_number is None:
        raise UnreadableRule(_("A weight is a whole number, such as 50."), position=position)
    return target.weight_number


def _condition(draft: ConditionDraft, position: int) -> dict[str, Any]:
    found: dict[str, Any] = {"kind": draft.kind}
    if draft.is_negated:
        found["not"] = True
    if draft.kind == "window":
        return found | {"from": _iso(draft.since, position), "until": _iso(draft.until, position)}
    if draft.kind == "query":
        found["name"] = draft.name.strip()
    values = draft.choices if draft.kind in CHOICE_KINDS else draft.typed_values
    if draft.kind == "country":
        # A country's name stands for its code.
        values = [countries.by_name(value) or value for value in values]
    return found | {"values": list(values)}


def _iso(text: str, position: int) -> str | None:
    """A local time as typed, in ISO 8601 with its offset; None when there is none."""
    if not text.strip():
        return None
    try:
        moment: datetime = forms.DateTimeField().clean(text)
    except forms.ValidationError as error:
        raise UnreadableRule(_("“%(text)s” is not a time.") % {"text": text[:40]}, position=position) from error
    return moment.isoformat()
