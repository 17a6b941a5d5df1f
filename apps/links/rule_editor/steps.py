"""What the editor's buttons do: each makes other drafts of the present ones, and says where to go on."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from apps.links.rule_editor.drafts import KINDS, ConditionDraft, Drafts, RuleDraft, TargetDraft


@dataclass(frozen=True, slots=True)
class Step:
    """The drafts after a button was pressed, and the id of the element that gets the focus."""

    drafts: Drafts
    focus: str


def take(drafts: Drafts, button: str, *, destination_url: str) -> Step:
    """The drafts after `button`, whose value is a name and the positions that it is about.

    `destination_url` is the link's own, as typed. What no button of the page says changes nothing.
    """
    name, *numbers = button.split() or [""]
    step = _STEPS.get(name)
    places = [int(text) for text in numbers if text.isascii() and text.isdigit() and len(text) < 4]
    if name == "split":
        return _add(drafts, RuleDraft(targets=(TargetDraft(destination_url, "50"), TargetDraft("", "50"))), focus="url-1")
    if name == "add":
        return _add(drafts, RuleDraft(), focus="kinds")
    if name == "condition" and len(numbers) == 2 and numbers[1] in KINDS:
        return _add_condition(drafts, places[0] if places else -1, numbers[1])
    if step is None or not places or places[0] >= len(drafts):
        return Step(drafts, "rules-add")
    return step(drafts, *places[:2])


def _add(drafts: Drafts, rule: RuleDraft, *, focus: str) -> Step:
    return Step((*drafts, rule), f"rule-{len(drafts)}-{focus}")


def _add_condition(drafts: Drafts, place: int, kind: str) -> Step:
    if not 0 <= place < len(drafts):
        return Step(drafts, "rules-add")
    rule = drafts[place]
    added = replace(rule, conditions=(*rule.conditions, ConditionDraft(kind)))
    return Step(_with(drafts, place, added), f"rule-{place}-{len(rule.conditions)}-not")


def _up(drafts: Drafts, place: int, *_: int) -> Step:
    return _move(drafts, place, max(place - 1, 0), button="up")


def _down(drafts: Drafts, place: int, *_: int) -> Step:
    return _move(drafts, place, min(place + 1, len(drafts) - 1), button="down")


def _move(drafts: Drafts, place: int, to: int, *, button: str) -> Step:
    """The focus goes with the rule; at either end, where the button is gone, to its fellow."""
    moved = list(drafts)
    moved.insert(to, moved.pop(place))
    if to in {0, len(drafts) - 1}:
        button = "down" if to == 0 else "up"
    return Step(tuple(moved), f"rule-{to}-{button}")


def _remove(drafts: Drafts, place: int, *_: int) -> Step:
    left = tuple(rule for index, rule in enumerate(drafts) if index != place)
    return Step(left, f"rule-{min(place, len(left) - 1)}-remove" if left else "rules-add")


def _drop_condition(drafts: Drafts, place: int, number: int = -1) -> Step:
    rule = drafts[place]
    left = tuple(condition for index, condition in enumerate(rule.conditions) if index != number)
    return Step(_with(drafts, place, replace(rule, conditions=left)), f"rule-{place}-kinds")


def _add_target(drafts: Drafts, place: int, *_: int) -> Step:
    """A further share, as large as the mean of those that are there."""
    rule = drafts[place]
    weights = [weight for target in rule.targets if (weight := target.weight_number) is not None]
    mean = max(round(sum(weights) / len(weights)), 1) if weights else 1
    added = replace(rule, targets=(*rule.targets, TargetDraft("", str(mean))))
    return Step(_with(drafts, place, added), f"rule-{place}-url-{len(rule.targets)}")


def _drop_target(drafts: Drafts, place: int, number: int = -1) -> Step:
    rule = drafts[place]
    left = tuple(target for index, target in enumerate(rule.targets) if index != number)
    return Step(_with(drafts, place, replace(rule, targets=left or (TargetDraft(),))), f"rule-{place}-url-{max(len(left) - 1, 0)}")


def _with(drafts: Drafts, place: int, rule: RuleDraft) -> Drafts:
    return tuple(rule if index == place else other for index, other in enumerate(drafts))


_STEPS: Mapping[str, Callable[..., Step]] = {
    "up": _up,
    "down": _down,
    "remove": _remove,
    "drop-condition": _drop_condition,
    "target": _add_target,
    "drop-target": _drop_target,
}
