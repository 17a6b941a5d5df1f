"""Rules for free text. What is accepted is kept byte for byte, except tags and line breaks, which have one spelling."""

import unicodedata
from collections.abc import Iterable, Sequence

from django.utils.translation import gettext as _

from apps.links.errors import Field, LinkError

TITLE_MAX_LENGTH = 200
DESCRIPTION_MAX_LENGTH = 1000
TAG_MAX_LENGTH = 50
MAX_TAGS = 20
# Control characters, and halves of surrogate pairs, which no encoding can hold.
_REFUSED_CATEGORIES = frozenset({"Cc", "Cs"})


def checked_title(text: str) -> str:
    """`text` unchanged. Raises LinkError with the codes `title_too_long` or `control_characters`."""
    if len(text) > TITLE_MAX_LENGTH:
        message = _("The title is too long: at most %(limit)d characters are possible.") % {"limit": TITLE_MAX_LENGTH}
        raise LinkError(message, code="title_too_long", field="title")
    require_printable(text, field="title")
    return text


def checked_description(text: str) -> str:
    """`text` with line breaks in one spelling. Raises LinkError with the codes `description_too_long` or `control_characters`."""
    found = "\n".join(text.splitlines())
    if len(found) > DESCRIPTION_MAX_LENGTH:
        message = _("The description is too long: at most %(limit)d characters are possible.") % {"limit": DESCRIPTION_MAX_LENGTH}
        raise LinkError(message, code="description_too_long", field="description")
    if not is_printable(found.replace("\n", "").replace("\t", "")):
        raise LinkError(_("Remove control characters."), code="control_characters", field="description")
    return found


def normalised_tags(names: Iterable[str]) -> Sequence[str]:
    """`names` in NFC, without needless blanks, empty ones and repetitions (in whatever case), in order.

    Raises LinkError with the codes `tag_too_long`, `too_many_tags`, `tag_with_comma` or `control_characters`.
    """
    found: dict[str, str] = {}
    for name in names:
        tag = unicodedata.normalize("NFC", " ".join(name.split()))
        _require_tag(tag)
        if tag:
            found.setdefault(tag.lower(), tag)
    if len(found) > MAX_TAGS:
        message = _("A link can have at most %(limit)d tags.") % {"limit": MAX_TAGS}
        raise LinkError(message, code="too_many_tags", field="tags")
    return list(found.values())


def _require_tag(tag: str) -> None:
    if len(tag) > TAG_MAX_LENGTH:
        message = _("A tag can have at most %(limit)d characters.") % {"limit": TAG_MAX_LENGTH}
        raise LinkError(message, code="tag_too_long", field="tags")
    if "," in tag:
        raise LinkError(_("A tag cannot contain a comma: commas separate tags."), code="tag_with_comma", field="tags")
    require_printable(tag, field="tags")


def require_printable(text: str, *, field: Field) -> None:
    """Pass unless `text` has control characters. Raises LinkError `control_characters`."""
    if not is_printable(text):
        message = _("Remove line breaks and other control characters.")
        raise LinkError(message, code="control_characters", field=field)


def is_printable(text: str) -> bool:
    """Whether `text` has no control characters."""
    return not any(unicodedata.category(character) in _REFUSED_CATEGORIES for character in text)


def is_storable(text: str) -> bool:
    """Whether PostgreSQL could hold `text` at all; nothing stored matches what it could not."""
    return "\0" not in text and not any(unicodedata.category(character) == "Cs" for character in text)
