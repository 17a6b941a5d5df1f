"""Which user agents are those of crawlers, from the list of the package crawler-user-agents."""

from collections.abc import Collection, Iterator

import ua_parser_rs
from crawleruseragents import CRAWLER_USER_AGENTS_DATA

# Patterns of the list that also match phones and apps of people, with what is looked for instead;
# None: left out.
_NARROWED: dict[str, str | None] = {
    r"RED\/": r"\bRED/",  # the app WIRED/3.2
    r"008\/": r"\b008/",  # Opera Mini/4.4.39008/37
    "Butterfly": "Butterfly/",  # the phone HTC Butterfly
    "Sonic": "Sonic/|RankSonic",  # tablets of ViewSonic
    r"AP3A\.240617\.008": None,  # a build of Android on phones of OPPO
    "okhttp": "okhttp/",  # apps that name their libraries
    r"Overcast\/": "Overcast/.*Podcast Sync",  # the app; its crawler says so
}


def _patterns(tags: Collection[str]) -> Iterator[str]:
    for entry in CRAWLER_USER_AGENTS_DATA:
        pattern = _NARROWED.get(entry["pattern"], entry["pattern"])
        if pattern and (not tags or not set(tags).isdisjoint(entry["tags"])):
            yield pattern


def matcher(tags: Collection[str] = ()) -> ua_parser_rs.UserAgentExtractor:
    """All patterns of one of the list's `tags`, or of the whole list, in one automaton: 2 µs a look-up,
    where alternation in `re` takes 370 µs. Its `extract` gives None for who is not on the list."""
    return ua_parser_rs.UserAgentExtractor((pattern, "crawler", None, None, None, None) for pattern in _patterns(tags))
