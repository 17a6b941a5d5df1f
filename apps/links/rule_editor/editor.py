"""The rules part of a link's form, made ready for its template."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.links.conditions import CHOICES
from apps.links.errors import LinkError
from apps.links.rule_editor import saying
from apps.links.rule_editor.drafts import KINDS, ConditionDraft, Drafts, RuleDraft, TargetDraft
from apps.links.rule_editor.translation import UnreadableRule, position_of

LABELS: Mapping[str, Promise] = {
    "device": _("Device"),
    "os": _("Operating system"),
    "browser": _("Browser"),
    "country": _("Country"),
    "language": _("Language"),
    "query": _("Query parameter"),
    "window": _("Time window"),
    "ip": _("IP address"),
}
_CHOICE_LABELS: Mapping[str, Promise] = {
    "desktop": _("Computer"),
    "mobile": _("Phone"),
    "tablet": _("Tablet"),
    "bot": _("Bot"),
    "other": _("Other"),
}
# What stands above an input for values, and an example in it.
_HINTS: Mapping[str, tuple[Promise, str]] = {
    "country": (_("Names or codes, with commas between them"), "DE, Austria"),
    "language": (_("Codes, with commas between them"), "de, pt-BR"),
    "query": (_("Values, with commas between them; none means any"), "mail, letter"),
    "ip": (_("Addresses or networks, with commas between them"), "192.0.2.7, 10.0.0.0/8"),
}


@dataclass(frozen=True, slots=True)
class ConditionView:
    """A condition with its name for people, what may be ticked, and how to type its values."""

    draft: ConditionDraft
    label: Promise
    choices: Sequence[tuple[str, str | Promise]]
    hint: str | Promise
    example: str


@dataclass(frozen=True, slots=True)
class TargetView:
    """A destination with its share in percent, None when that cannot be told."""

    draft: TargetDraft
    says: str
    share: int | None


@dataclass(frozen=True, slots=True)
class RuleView:
    """A rule with the sentence that says what it does; `is_shadowed`: one before it takes everybody."""

    draft: RuleDraft
    who: str
    conditions: Sequence[ConditionView]
    targets: Sequence[TargetView]
    is_shadowed: bool
    error: str


@dataclass(frozen=True, slots=True)
class RuleEditor:
    """Drafts with what is wrong, by position, and the element that gets the focus ("" none)."""

    drafts: Drafts
    errors: Mapping[int, str] = field(default_factory=dict)
    error: str = ""
    focus: str = ""

    @property
    def kinds(self) -> Sequence[tuple[str, Promise]]:
        """Kinds of conditions that can be added."""
        return [(kind, LABELS[kind]) for kind in KINDS]

    @property
    def has_errors(self) -> bool:
        return bool(self.errors or self.error)

    def unreadable(self, error: UnreadableRule) -> "RuleEditor":
        """The same, with what cannot be asked for said at its rule."""
        return replace(self, errors={error.position: error.message}, focus=f"rule-{error.position}-remove")

    def refused(self, error: LinkError) -> "RuleEditor":
        """The same, with a refusal of the service said at the rule that it names, if it names one."""
        place = error.params.get("rule")
        if not isinstance(place, int):
            return replace(self, error=error.message)
        position, number = position_of(self.drafts, place)
        problem = str(error.params.get("problem", error.message))
        condition = error.params.get("condition")
        focus = f"rule-{position}-{condition}-not" if condition is not None else f"rule-{position}-url-{number}"
        return replace(self, errors={position: problem}, focus=focus)

    @property
    def rules(self) -> Sequence[RuleView]:
        """The rules in their order."""
        first_for_all = next((index for index, rule in enumerate(self.drafts) if rule.is_for_everybody), len(self.drafts))
        return [
            RuleView(
                draft=rule,
                who=saying.who(rule, is_first=index == 0),
                conditions=[_condition_view(draft) for draft in rule.conditions],
                targets=targets_of(rule),
                is_shadowed=index > first_for_all,
                error=self.errors.get(index, ""),
            )
            for index, rule in enumerate(self.drafts)
        ]


def _condition_view(draft: ConditionDraft) -> ConditionView:
    choices = [(value, _CHOICE_LABELS.get(value, value)) for value in CHOICES.get(draft.kind, ())]
    hint, example = _HINTS.get(draft.kind, ("", ""))
    return ConditionView(draft, LABELS[draft.kind], choices, hint, example)


def targets_of(rule: RuleDraft) -> Sequence[TargetView]:
    """Where the rule's visitors go, and how many of them."""
    shares = saying.shares(rule.targets)
    return [TargetView(draft, saying.target(draft), share) for draft, share in zip(rule.targets, shares, strict=True)]
