"""From the fields of a request to drafts. Whatever is sent is taken as typed; services judge it."""

from django.http import QueryDict

from apps.links.inputs import MAX_INPUT
from apps.links.rule_editor.drafts import KINDS, ConditionDraft, Drafts, RuleDraft, TargetDraft

# Present in every request of a form with rules, so that "no rules" differs from "no such form".
MARK = "rules"
# Far above what the services allow; they say so.
_MOST = 100


def read(post: QueryDict) -> Drafts:
    """The rules in a submitted form, in the order in which they stand there."""
    return tuple(_rule(post, f"rule-{number}") for number in _numbers(post, "rule"))


def _rule(post: QueryDict, name: str) -> RuleDraft:
    conditions = [_condition(post, f"{name}-{number}") for number in _numbers(post, f"{name}-condition")]
    weights = post.getlist(f"{name}-weight")
    targets = tuple(
        TargetDraft(_cut(url).strip(), weights[index].strip()[:20] if index < len(weights) else "1")
        for index, url in enumerate(post.getlist(f"{name}-url")[:_MOST])
    )
    return RuleDraft(
        conditions=tuple(condition for condition in conditions if condition.kind in KINDS),
        targets=targets or (TargetDraft(),),
        kept=post.get(f"{name}-kept", ""),
    )


def _condition(post: QueryDict, name: str) -> ConditionDraft:
    return ConditionDraft(
        kind=post.get(f"{name}-kind", ""),
        is_negated=post.get(f"{name}-not") == "1",
        choices=tuple(map(_cut, post.getlist(f"{name}-choice")[:_MOST])),
        text=_cut(post.get(f"{name}-text", "")),
        name=_cut(post.get(f"{name}-name", "")),
        since=_cut(post.get(f"{name}-since", "")),
        until=_cut(post.get(f"{name}-until", "")),
    )


def _numbers(post: QueryDict, name: str) -> list[int]:
    """Positions that the form lists under `name`, in the order of the form."""
    return [int(text) for text in post.getlist(name)[:_MOST] if text.isascii() and text.isdigit() and len(text) < 4]


def _cut(text: str) -> str:
    return text[:MAX_INPUT]
