"""Free texts of other products, made to fit our rules; what had to be changed is told."""

import unicodedata
from collections.abc import Iterable

from django.utils.translation import gettext as _

from apps.links import texts

# Of these a text is rid: they show nothing, and a title has no lines.
_UNWANTED = frozenset({"Cc", "Cs"})


def title(text: str, notes: list[str]) -> str:
    """`text` on one line, no longer than a title may be."""
    found = text if texts.is_printable(text) else " ".join(_printable(text).split())
    if len(found) > texts.TITLE_MAX_LENGTH:
        notes.append(_("The title was cut."))
        found = found[: texts.TITLE_MAX_LENGTH - 1] + "…"
    return found


def description(text: str, notes: list[str]) -> str:
    """`text`, no longer than a description may be."""
    found = "\n".join(_printable(line, keep="\t") for line in text.splitlines())
    if len(found) > texts.DESCRIPTION_MAX_LENGTH:
        notes.append(_("The description was cut."))
        found = found[: texts.DESCRIPTION_MAX_LENGTH - 1] + "…"
    return found


def tags(names: Iterable[str], notes: list[str]) -> list[str]:
    """Normalised names, each short enough, and no more of them than a link may have."""
    found: dict[str, str] = {}
    for name in names:
        tag = unicodedata.normalize("NFC", " ".join(_printable(name).replace(",", " ").split()))
        if len(tag) > texts.TAG_MAX_LENGTH:
            notes.append(_("A tag was cut."))
            tag = tag[: texts.TAG_MAX_LENGTH].strip()
        if tag:
            found.setdefault(tag.lower(), tag)
    if len(found) > texts.MAX_TAGS:
        notes.append(_("Of its tags, the first %(limit)d are kept.") % {"limit": texts.MAX_TAGS})
    return list(found.values())[: texts.MAX_TAGS]


def _printable(text: str, keep: str = "") -> str:
    return "".join(" " if unicodedata.category(one) in _UNWANTED and one not in keep else one for one in text)
