"""Campaign parameters (utm_source and its kin)."""

from functools import lru_cache
from typing import NamedTuple
from urllib.parse import parse_qsl, urlsplit

MAX_LENGTH = 200
_MAX_QUERY = 8192


class Utm(NamedTuple):
    """Values as they stand in the query, unescaped and cut to MAX_LENGTH characters; "" if absent."""

    source: str = ""
    medium: str = ""
    campaign: str = ""
    term: str = ""
    content: str = ""


NONE = Utm()


def of_click(query: str, destination_url: str) -> Utm:
    """What the visitor's own query says, or else what the destination URL carries."""
    if "utm_" in query:
        found = _of_query(query)
        if found != NONE:
            return found
    return _of_destination(destination_url) if "utm_" in destination_url else NONE


@lru_cache(4096)
def _of_destination(url: str) -> Utm:
    try:
        return _of_query(urlsplit(url).query)
    except ValueError:
        return NONE


@lru_cache(4096)
def _of_query(query: str) -> Utm:
    try:
        pairs = parse_qsl(query[:_MAX_QUERY], max_num_fields=200)
    except ValueError:
        return NONE
    # The first of repeated parameters counts, so the later ones are laid down before it.
    values = {name[4:]: value[:MAX_LENGTH] for name, value in reversed(pairs) if name.startswith("utm_")}
    return Utm(*(values.get(field, "") for field in Utm._fields))
