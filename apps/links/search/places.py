"""Short URLs among what people search for."""

import re
from dataclasses import dataclass

_short_url = re.compile(r"(?:https?://)?(?P<host>[^/\s]+)/(?P<code>[A-Za-z0-9_-]{1,64})/?\Z", re.IGNORECASE).match


@dataclass(frozen=True, slots=True)
class Place:
    """Where a link may be: host in lower case, code as typed."""

    hostname: str
    code: str

    def __str__(self) -> str:
        return f"{self.hostname}/{self.code}"


def place_in(text: str) -> Place | None:
    """The place that `text` names, if it looks like a short URL."""
    found = _short_url(text)
    return Place(found["host"].lower(), found["code"]) if found else None
