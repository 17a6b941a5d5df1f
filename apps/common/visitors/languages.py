"""The language that a visitor's browser asks for first."""

import re
from functools import lru_cache

MAX_LENGTH = 256
_RANGE = re.compile(r"\s*([A-Za-z]{2,3}(?:-[A-Za-z0-9-]{1,32})?)\s*(?:;\s*q\s*=\s*(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)\s*)?\Z")


@lru_cache(4096)
def preferred(accept_language: str) -> str:
    """Primary subtag ("en", "pt") of `preferred_tag`; "" if there is none."""
    return preferred_tag(accept_language).partition("-")[0]


def preferred_tag(accept_language: str) -> str:
    """The language range with the greatest weight in lower case ("en-gb"), the first of equals; "" if none.

    Parts that are not language ranges, and those weighted 0, are passed over.
    """
    best, best_weight = "", 0.0
    for part in accept_language[:MAX_LENGTH].split(","):
        match = _RANGE.match(part)
        if match is None:
            continue
        weight = float(match[2] or 1)
        if weight > best_weight:
            best, best_weight = match[1].lower(), weight
    return best
