"""What rules can ask about a visit. Facts are worked out once per value and remembered, bounded."""

from functools import cache, lru_cache
from ipaddress import ip_address
from typing import NamedTuple
from urllib.parse import parse_qsl

from django.conf import settings

from apps.common.visitors import bots, languages, user_agents
from apps.common.visitors.geoip import Allocations, GeoIpFile, open_locator
from apps.links.conditions import OTHER

_MAX_PARAMETERS = 200

_SYSTEMS = {
    **dict.fromkeys(("Mac OS X", "Mac OS"), "macOS"),
    **{name: name for name in ("Android", "iOS", "Windows", "Chrome OS")},
    **dict.fromkeys(
        (
            *("Linux", "Ubuntu", "Debian", "Fedora", "Red Hat", "CentOS", "SUSE", "Arch Linux", "Mageia", "Mandriva"),
            *("Gentoo", "Kubuntu", "Linux Mint", "Slackware", "PCLinuxOS"),
        ),
        "Linux",
    ),
}
# Beginnings of the names that ua-parser has for them: "Chrome Mobile iOS", "Mobile Safari UI/WKWebView".
_BROWSERS = (
    *(("Chrom", "Chrome"), ("HeadlessChrome", "Chrome"), ("Safari", "Safari"), ("Mobile Safari", "Safari")),
    *(("Firefox", "Firefox"), ("Edge", "Edge"), ("Samsung Internet", "Samsung Internet"), ("Opera", "Opera")),
)


class Visit(NamedTuple):
    """One request for a link, as its headers say: `now_ns` since the epoch, the client's address in
    canonical form, User-Agent, Accept-Language, the query, and what follows the code in the path."""

    now_ns: int
    address: bytes
    agent: bytes
    language: bytes
    query: bytes
    rest: bytes


class Visitor(NamedTuple):
    """What a request tells of who sent it."""

    method: bytes
    address: bytes
    agent: bytes
    referrer: bytes
    language: bytes
    query: bytes
    purpose: bytes

    def visit(self, now_ns: int, rest: bytes) -> Visit:
        """As rules look at it; `rest` is what follows the code in the path."""
        return Visit(now_ns, self.address, self.agent, self.language, self.query, rest)

    def click(self, click_head: bytes, destination: bytes) -> bytes:
        """The fields of a click, as `frames.FIELDS` names them."""
        return b"\0".join((click_head, destination, *self))


class Agent(NamedTuple):
    """Out of apps.links.conditions.CHOICES."""

    device: str
    os: str
    browser: str


@lru_cache(4096)
def agent_of(user_agent: bytes) -> Agent:
    """What a User-Agent header says, with the same words for devices as statistics of clicks."""
    text = user_agent[: user_agents.MAX_LENGTH].decode("utf-8", "replace")
    parsed = user_agents.parse(text)
    is_machine = bots.bot_reason(method="GET", purpose="", user_agent=text) != ""
    browser = next((name for beginning, name in _BROWSERS if parsed.browser.startswith(beginning)), OTHER)
    return Agent("bot" if is_machine else parsed.device, _SYSTEMS.get(parsed.os, OTHER), browser)


@lru_cache(4096)
def language_of(accept_language: bytes) -> str:
    """The language that a visitor likes best, in lower case ("de-at"); "" when none is said."""
    return languages.preferred_tag(accept_language.decode("latin-1"))


@lru_cache(512)
def parameters_of(query: bytes) -> dict[str, list[str]]:
    """Values by name; none of a query with more than 200 parameters."""
    found: dict[str, list[str]] = {}
    try:
        pairs = parse_qsl(query.decode("latin-1"), keep_blank_values=True, max_num_fields=_MAX_PARAMETERS)
    except ValueError:
        return found
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return found


@lru_cache(65_536)
def number_of(address: bytes) -> tuple[int, int]:
    """IP version and number of an address; zeros for anything else."""
    try:
        parsed = ip_address(address.decode("latin-1"))
    except ValueError:
        return 0, 0
    return parsed.version, int(parsed)


@cache
def _opened(path: str) -> GeoIpFile | Allocations:
    places = open_locator(path, refreshes_itself=False)
    places.refresh()
    return places


def places() -> GeoIpFile | Allocations:
    """Where addresses are, as GEOIP_PATH says. Reads the file at the first call; a look-up never waits."""
    return _opened(settings.GEOIP_PATH)


def refresh_places() -> None:
    """Read a new GeoIP file, which may be large; nothing where no rule has asked where somebody is."""
    if _opened.cache_info().currsize:
        places().refresh()


@cache
def load_agents() -> None:
    """Have the patterns of user agents ready: 0.3 s and 30 MB, which a process without rules does without."""
    agent_of(b"Mozilla/5.0")


def load() -> None:
    """Have all ready that rules can ask about."""
    load_agents()
    places()
