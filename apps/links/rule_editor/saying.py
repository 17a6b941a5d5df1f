"""A rule in one sentence: who is meant, and where they go."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from django.utils import formats
from django.utils.dateparse import parse_datetime
from django.utils.translation import get_language_info, gettext_lazy
from django.utils.translation import gettext as _
from django_countries import countries

from apps.links import destinations
from apps.links.conditions import OTHER
from apps.links.rule_editor.drafts import ConditionDraft, RuleDraft, TargetDraft

# Names in a sentence of the values that are no names themselves.
_NAMES = {
    "desktop": gettext_lazy("a computer"),
    "mobile": gettext_lazy("a phone"),
    "tablet": gettext_lazy("a tablet"),
    "bot": gettext_lazy("a bot"),
    "other": gettext_lazy("another device"),
    OTHER: gettext_lazy("another one"),
}
# A destination in a sentence has no more characters than this.
_LENGTH = 60


def who(rule: RuleDraft, *, is_first: bool) -> str:
    """The visitors that the rule is about."""
    if rule.kept:
        return _("Visitors by rules made elsewhere")
    if not rule.conditions:
        return _("All visitors") if is_first else _("All other visitors")
    return _("Visitors %(conditions)s") % {"conditions": ", ".join(condition(part) for part in rule.conditions)}


def condition(draft: ConditionDraft) -> str:
    """One condition as a part of a sentence."""
    said = _PHRASES[draft.kind](draft)
    return _("not %(condition)s") % {"condition": said} if draft.is_negated else said


def target(draft: TargetDraft) -> str:
    """A destination, short enough for a sentence; of one not typed yet, a dash."""
    _scheme, found, rest = draft.destination_url.partition("://")
    if not found:
        return draft.destination_url[:_LENGTH] or "–"
    _host, slash, path = rest.partition("/")
    text = destinations.shown_host(draft.destination_url) + (slash + path if path else "")
    return text if len(text) <= _LENGTH else f"{text[: _LENGTH - 1]}…"


def shares(targets: Sequence[TargetDraft]) -> list[int | None]:
    """Share of each target in percent; None of one whose weight is no number yet."""
    weights = [draft.weight_number for draft in targets]
    total = sum(weight or 0 for weight in weights)
    return [round(100 * weight / total) if weight else None for weight in weights]


def _listed(values: Sequence[str]) -> str:
    return _(" or ").join(value for value in values if value) or "…"


def _chosen(draft: ConditionDraft) -> str:
    return _("with %(names)s") % {"names": _listed([str(_NAMES.get(value, value)) for value in draft.choices])}


def _country(draft: ConditionDraft) -> str:
    return _("from %(names)s") % {"names": _listed([str(countries.name(code.upper())) or code for code in draft.typed_values])}


def _language(draft: ConditionDraft) -> str:
    return _("who read %(names)s") % {"names": _listed([language_name(code) for code in draft.typed_values])}


def _ip(draft: ConditionDraft) -> str:
    return _("at %(names)s") % {"names": _listed(draft.typed_values)}


def _query(draft: ConditionDraft) -> str:
    name = draft.name.strip() or "…"
    values = draft.typed_values
    return _("with %(query)s in the address") % {"query": _listed([f"{name}={value}" for value in values]) if values else name}


def _window(draft: ConditionDraft) -> str:
    times = {"since": _moment(draft.since), "until": _moment(draft.until)}
    if draft.since and draft.until:
        return _("from %(since)s until %(until)s") % times
    if draft.since:
        return _("from %(since)s on") % times
    return _("before %(until)s") % times


def _moment(text: str) -> str:
    try:
        parsed: datetime | None = parse_datetime(text)
    except ValueError:
        parsed = None
    return formats.date_format(parsed, "j M Y, H:i") if parsed else text or "…"


def language_name(code: str) -> str:
    """Name of a language in the reader's own; the code itself when no name is known."""
    try:
        return str(get_language_info(code.lower())["name_translated"])
    except KeyError:
        return code


_PHRASES: Mapping[str, Callable[[ConditionDraft], str]] = {
    "device": _chosen,
    "os": _chosen,
    "browser": _chosen,
    "country": _country,
    "language": _language,
    "ip": _ip,
    "query": _query,
    "window": _window,
}
