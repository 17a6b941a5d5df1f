"""Who clicks by machine: crawlers, HEAD requests, prefetches, requests without a user agent."""

from functools import cache, lru_cache

import ua_parser_rs

from apps.common.crawlers import matcher
from apps.common.visitors import user_agents
from apps.common.visitors.metrics import ENRICHMENT_ERRORS

_CACHED = 8192


def bot_reason(*, method: str, purpose: str, user_agent: str) -> str:
    """Why the click was made by a machine: head, prefetch, empty_agent, crawler; "" when it was not.

    `purpose` is the value of Sec-Purpose or Purpose.
    """
    if method == "HEAD":
        return "head"
    if "prefetch" in purpose.lower():
        return "prefetch"
    if not user_agent.strip():
        return "empty_agent"
    return "crawler" if is_crawler(user_agent[: user_agents.MAX_LENGTH]) else ""


@lru_cache(_CACHED)
def is_crawler(user_agent: str) -> bool:
    """Whether `user_agent` is on the list of crawlers, or ua-parser calls it a spider."""
    return _is_listed(user_agent) or user_agents.parse(user_agent).device == "bot"


def _is_listed(user_agent: str) -> bool:
    try:
        return _listed().extract(user_agent) is not None
    except Exception:  # noqa: BLE001 - a matcher that throws must not stop ingest; counted
        ENRICHMENT_ERRORS["bots", "matcher"] += 1
        return False


@cache
def _listed() -> ua_parser_rs.UserAgentExtractor:
    return matcher()
