"""Who asks for a link without a person who waits for it, as far as a limited link must know."""

from collections.abc import Mapping
from functools import cache, lru_cache

import ua_parser_rs

from apps.common.crawlers import matcher

# Kinds of crawlers that open every link they see. Programs such as curl are left out: whoever calls
# them wants the destination.
_TAGS = ("social-preview", "search-engine", "ai-crawler", "scanner", "monitoring", "seo", "feed-reader", "archiver", "advertising")
_CACHED = 4096
_MAX_LENGTH = 1000


def only_looks(method: str, headers: Mapping[bytes, bytes]) -> bool:
    """Whether the request is one of which nobody sees the end: HEAD, a prefetch, a crawler."""
    return method == "HEAD" or is_prefetch(headers) or is_crawler(headers.get(b"user-agent", b""))


def is_prefetch(headers: Mapping[bytes, bytes]) -> bool:
    """Whether a browser asks before the person does."""
    return b"prefetch" in (headers.get(b"sec-purpose") or headers.get(b"purpose", b"")).lower()


@lru_cache(_CACHED)
def is_crawler(user_agent: bytes) -> bool:
    """Whether a machine that looks at links by itself says so."""
    return _listed().extract(user_agent[:_MAX_LENGTH].decode("latin-1")) is not None


@cache
def _listed() -> ua_parser_rs.UserAgentExtractor:
    return matcher(_TAGS)
