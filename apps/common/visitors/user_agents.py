"""What a user agent says of browser, system and device."""

import time
from functools import cache, lru_cache
from typing import NamedTuple

from ua_parser import Domain, PartialResult, load_lazy_builtins
from ua_parser.regex import Resolver

from apps.common.visitors.metrics import ENRICHMENT_ERRORS

MAX_LENGTH = 2048
# A text that takes longer is counted.
SLOW_SECONDS = 0.05
_CACHED = 8192
OTHER = "Other"

_PHONE_SYSTEMS = frozenset(
    {
        "iOS", "Android", "Windows Phone", "Windows Mobile", "BlackBerry OS", "Symbian OS", "Symbian^3",
        "Symbian^3 Anna", "Symbian^3 Belle", "KaiOS", "Firefox OS", "Bada", "webOS", "HarmonyOS", "Maemo", "MeeGo",
        "Nokia Series 40", "Tizen", "BREW", "MRE",
    }
)  # fmt: skip
_DESKTOP_SYSTEMS = frozenset(
    {
        "Windows", "Mac OS X", "Mac OS", "Linux", "Ubuntu", "Debian", "Fedora", "Red Hat", "CentOS", "SUSE",
        "Arch Linux", "Mageia", "Mandriva", "Gentoo", "Kubuntu", "Linux Mint", "Slackware", "PCLinuxOS", "Chrome OS",
        "FreeBSD", "OpenBSD", "NetBSD", "DragonFly BSD", "Solaris",
    }
)  # fmt: skip
_NOT_HAND_HELD = (
    "smart-tv", "smarttv", "smart tv", "android tv", "googletv", "hbbtv", "appletv", "bravia", "; aft", "crkey",
    "watch", "xbox", "playstation", "nintendo", "vr;",
)  # fmt: skip


class UserAgent(NamedTuple):
    """Families and versions as ua-parser names them; `device` is desktop, mobile, tablet, bot or other.

    An unknown family is "Other", an unknown version "". Browser versions are major ones, system
    versions have a minor part where there is one.
    """

    browser: str
    browser_version: str
    os: str
    os_version: str
    device: str


UNKNOWN = UserAgent(OTHER, "", OTHER, "", "other")


def parse(user_agent: str) -> UserAgent:
    """What `user_agent` says. Characters above MAX_LENGTH are not looked at. Never raises.

    The regular expressions run in an engine whose time grows linearly with the input.
    """
    return _parse(user_agent[:MAX_LENGTH])


@lru_cache(_CACHED)
def _parse(text: str) -> UserAgent:
    if not text:
        return UNKNOWN
    began = time.perf_counter()
    try:
        found = _resolver()(text, Domain.ALL)
    except Exception:  # noqa: BLE001 - a parser that throws must not stop ingest; counted
        ENRICHMENT_ERRORS["user_agent", "parser"] += 1
        return UNKNOWN
    if time.perf_counter() - began > SLOW_SECONDS:
        # Remembered, so the text costs this once.
        ENRICHMENT_ERRORS["user_agent", "slow"] += 1
    browser, system = found.user_agent, found.os
    return UserAgent(
        browser=browser.family if browser else OTHER,
        browser_version=(browser.major or "") if browser else "",
        os=system.family if system else OTHER,
        os_version=".".join(part for part in (system.major, system.minor) if part) if system else "",
        device=_device_class(found, text),
    )


@cache
def _resolver() -> Resolver:
    return Resolver(load_lazy_builtins())


def _device_class(found: PartialResult, text: str) -> str:
    """The first rule that holds.

    1. bot: ua-parser calls the device a spider.
    2. other: televisions, watches and consoles, which run the systems of phones.
    3. tablet: an iPad, a Kindle, the word "Tablet", or Android without the word "Mobile"
       (Android's own rule for telling tablets from phones).
    4. mobile: a phone's system, or the word "Mobile".
    5. desktop: a desktop's system.
    """
    device = found.device.family if found.device else OTHER
    system = found.os.family if found.os else OTHER
    lower = text.lower()
    if device == "Spider":
        return "bot"
    if any(word in lower for word in _NOT_HAND_HELD):
        return "other"
    if device.startswith(("iPad", "Kindle", "Generic Tablet")) or "tablet" in lower.replace("tablet pc", ""):
        return "tablet"
    if system == "Android":
        return "mobile" if "mobi" in lower or "opera mini" in lower else "tablet"
    if system in _PHONE_SYSTEMS or "mobi" in lower or device in {"Generic Smartphone", "Generic Feature Phone", "iPhone", "iPod"}:
        return "mobile"
    return "desktop" if system in _DESKTOP_SYSTEMS else "other"
