"""Where a visitor came from. Referrers are untrusted text; nothing of them is ever followed."""

import re
from collections.abc import Container
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import urlsplit

MAX_LENGTH = 2048
SPAM = "spam"
_CACHED = 16_384
_HOST = re.compile(r"[a-z0-9_](?:[a-z0-9._-]{0,251}[a-z0-9_])?\Z")

_SEARCH = re.compile(
    r"(?:^|\.)(?:google\.[a-z.]{2,6}|bing\.com|duckduckgo\.com|(?:search\.)?yahoo\.(?:com|co\.jp)|yandex\.[a-z.]{2,6}|ya\.ru|baidu\.com"
    r"|ecosia\.org|qwant\.com|startpage\.com|search\.brave\.com|kagi\.com|naver\.com|daum\.net|seznam\.cz|sogou\.com|so\.com|ask\.com"
    r"|search\.aol\.com|swisscows\.com|mojeek\.com|lite\.duckduckgo\.com)\Z"
)
_SOCIAL = re.compile(
    r"(?:^|\.)(?:facebook\.com|fb\.me|instagram\.com|threads\.(?:net|com)|twitter\.com|x\.com|t\.co|linkedin\.com|lnkd\.in|reddit\.com"
    r"|redd\.it|pinterest\.[a-z.]{2,6}|tiktok\.com|youtube\.com|youtu\.be|vk\.com|ok\.ru|t\.me|telegram\.org|wa\.me|whatsapp\.com"
    r"|discord\.com|mastodon\.(?:social|online)|bsky\.app|tumblr\.com|quora\.com|weibo\.com|snapchat\.com|line\.me|xing\.com"
    r"|news\.ycombinator\.com|slack\.com|teams\.microsoft\.com)\Z"
)
_MAIL = re.compile(
    r"(?:^|\.)(?:mail\.google\.com|outlook\.(?:(?:live|office|office365)\.)?com|mail\.yahoo\.(?:com|co\.jp)|e\.mail\.ru|mail\.proton\.me"
    r"|mail\.aol\.com|mail\.zoho\.com|app\.fastmail\.com|mail\.yandex\.[a-z.]{2,6}|navigator\.gmx\.net|3c\.gmx\.net|deref-gmx\.net"
    r"|deref-web\.de|navigator\.web\.de)\Z|^(?:web)?mail\."
)
_PAID_MEDIA = frozenset(
    {
        "cpc", "ppc", "cpm", "cpv", "cpa", "paid", "paidsearch", "paid-search", "paid_search", "paidsocial",
        "paid-social", "paid_social", "display", "banner", "retargeting", "ads",
    }
)  # fmt: skip
_MAIL_MEDIA = frozenset({"email", "e-mail", "mail", "newsletter"})
_SOCIAL_MEDIA = frozenset({"social", "social-media", "social_media", "social-network", "sm"})
# Parameters that advertising networks add to the address of a paid click.
_AD_CLICK_IDS = re.compile(r"(?:^|&)(?:gclid|gbraid|wbraid|dclid|msclkid|ttclid|twclid|li_fat_id|yclid)=[^&]")


class Referrer(NamedTuple):
    """Host in lower case without port ("" when there is none to be trusted), and its class."""

    host: str
    kind: str


def classify(referrer: str, *, own_host: str, utm_medium: str = "", query: str = "", spam: Container[str] = frozenset()) -> Referrer:
    """Host and class of `referrer`: direct, search, social, mail, paid, internal, spam or other.

    `own_host` is the short domain's host without port. What the link's maker said (utm_medium) and
    what advertising networks add to the query outweigh the host; a referrer that is no http(s)
    URL has no host and counts as other. A host in `spam` is not told.
    """
    host = host_of(referrer)
    if host and host in spam:
        return Referrer("", SPAM)
    if host and host == own_host:
        return Referrer(host, "internal")
    medium = utm_medium.lower()
    if medium in _PAID_MEDIA or (("id=" in query or "raid=" in query) and _AD_CLICK_IDS.search(query)):
        return Referrer(host, "paid")
    if medium in _MAIL_MEDIA:
        return Referrer(host, "mail")
    if medium in _SOCIAL_MEDIA:
        return Referrer(host, "social")
    return Referrer(host, host_class(host) if host else "other" if referrer.strip() else "direct")


@lru_cache(_CACHED)
def host_of(referrer: str) -> str:
    """Host of an http(s) URL in lower case; "" for any other text."""
    try:
        parts = urlsplit(referrer[:MAX_LENGTH].strip())
        host = (parts.hostname or "").rstrip(".")
    except ValueError:
        return ""
    return host if parts.scheme in {"http", "https"} and _HOST.match(host) else ""


@lru_cache(_CACHED)
def host_class(host: str) -> str:
    """mail, search, social or other. Mail first: webmail lives on the hosts of search engines."""
    for kind, pattern in (("mail", _MAIL), ("search", _SEARCH), ("social", _SOCIAL)):
        if pattern.search(host):
            return kind
    return "other"
