"""Other codes for those that are taken, or that the rule for codes refuses."""

import re
import unicodedata
from collections.abc import Sequence

from django.conf import settings

from apps.links import codes
from apps.links.reserved import is_reserved

_others = re.compile(r"[^A-Za-z0-9_-]+").sub
# How many are tried before a random one is taken.
_NUMBERED = 4


def like(code: str) -> Sequence[str]:
    """Codes that resemble `code`, of which the last one is random: it is there even when nothing of `code` can be kept."""
    plain = unicodedata.normalize("NFKD", code).encode("ascii", "ignore").decode()
    stem = _others("-", plain).strip("-")[: codes.MAX_LENGTH - 3]
    found = [stem] if stem and stem != code and not is_reserved(stem) else []
    found += [f"{stem}-{number}" for number in range(2, _NUMBERED + 1)] if stem else []
    return [*found, random()]


def random() -> str:
    """A generated code that is no word of the site's."""
    while is_reserved(code := codes.generate(min(settings.CODE_LENGTH, codes.MAX_LENGTH))):
        pass
    return code
