"""Rules while they are being edited: every input as it was typed, right or wrong."""

from dataclasses import dataclass
from typing import Final

# Kinds whose values are ticked, typed with commas between them, and the two with inputs of their own.
CHOICE_KINDS: Final = ("device", "os", "browser")
TEXT_KINDS: Final = ("language", "country", "ip")
KINDS: Final = (*CHOICE_KINDS, "country", "language", "query", "window", "ip")


@dataclass(frozen=True, slots=True)
class ConditionDraft:
    """One condition. `choices` are ticked, `text` is typed; `name` is a query parameter's,
    `since` and `until` are local times of a window."""

    kind: str
    is_negated: bool = False
    choices: tuple[str, ...] = ()
    text: str = ""
    name: str = ""
    since: str = ""
    until: str = ""

    @property
    def typed_values(self) -> list[str]:
        """The values between the commas of `text`."""
        return [value for part in self.text.split(",") if (value := part.strip())]


@dataclass(frozen=True, slots=True)
class TargetDraft:
    """Where a share of a rule's visitors goes."""

    destination_url: str = ""
    weight: str = "1"

    @property
    def weight_number(self) -> int | None:
        """The weight typed; None when it is nothing that could be one."""
        text = self.weight
        return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else None


@dataclass(frozen=True, slots=True)
class RuleDraft:
    """Visitors who meet all conditions share the targets by weight.

    `kept` holds, as JSON, rows that the form has no inputs for: those of one priority whose
    conditions differ, as the API can make them. They are moved and removed, and otherwise kept.
    """

    conditions: tuple[ConditionDraft, ...] = ()
    targets: tuple[TargetDraft, ...] = (TargetDraft(),)
    kept: str = ""

    @property
    def is_split(self) -> bool:
        return len(self.targets) > 1

    @property
    def is_for_everybody(self) -> bool:
        return not self.conditions and not self.kept


Drafts = tuple[RuleDraft, ...]
