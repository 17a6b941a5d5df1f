"""Made-up visitors: where they live, what they browse with, where they come from."""

from dataclasses import dataclass
from random import Random
from typing import TypeAlias

# Things, each with how likely it is beside the others.
Weighted: TypeAlias = tuple[tuple[str, int], ...]

# Country, languages, hours ahead of UTC, share of visitors.
_COUNTRIES = (
    ("US", "en-US,en;q=0.9", -6, 24),
    ("DE", "de-DE,de;q=0.9,en;q=0.7", 1, 15),
    ("GB", "en-GB,en;q=0.9", 0, 10),
    ("IN", "en-IN,en;q=0.9,hi;q=0.7", 5, 9),
    ("FR", "fr-FR,fr;q=0.9,en;q=0.6", 1, 8),
    ("BR", "pt-BR,pt;q=0.9,en;q=0.5", -3, 6),
    ("NL", "nl-NL,nl;q=0.9,en;q=0.8", 1, 5),
    ("CA", "en-CA,en;q=0.9,fr;q=0.5", -5, 4),
    ("PL", "pl-PL,pl;q=0.9,en;q=0.6", 1, 4),
    ("ES", "es-ES,es;q=0.9", 1, 4),
    ("JP", "ja-JP,ja;q=0.9", 9, 3),
    ("AU", "en-AU,en;q=0.9", 10, 3),
    ("SE", "sv-SE,sv;q=0.9,en;q=0.8", 1, 2),
    ("NG", "en-NG,en;q=0.9", 1, 2),
    ("MX", "es-MX,es;q=0.9", -6, 1),
)
_WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"
_SAFARI = "AppleWebKit/605.1.15 (KHTML, like Gecko)"
_USER_AGENTS: Weighted = (
    (f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {_WEBKIT} Chrome/142.0.0.0 Safari/537.36", 24),
    (f"Mozilla/5.0 (Linux; Android 10; K) {_WEBKIT} Chrome/142.0.0.0 Mobile Safari/537.36", 19),
    (f"Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) {_SAFARI} Version/26.1 Mobile/15E148 Safari/604.1", 18),
    (f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {_WEBKIT} Chrome/142.0.0.0 Safari/537.36", 10),
    (f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {_SAFARI} Version/26.1 Safari/605.1.15", 6),
    (f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {_WEBKIT} Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0", 6),
    ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0", 5),
    ("Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0", 4),
    (f"Mozilla/5.0 (Linux; Android 14; SAMSUNG SM-S921B) {_WEBKIT} SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36", 4),
    (f"Mozilla/5.0 (iPad; CPU OS 18_6 like Mac OS X) {_SAFARI} Version/26.1 Mobile/15E148 Safari/604.1", 3),
    ("Mozilla/5.0 (Android 15; Mobile; rv:145.0) Gecko/145.0 Firefox/145.0", 1),
)
_BOTS: Weighted = (
    ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", 6),
    ("Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)", 3),
    ("facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)", 3),
    ("Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)", 2),
    ("Twitterbot/1.0", 2),
    ("curl/8.14.1", 1),
)
REFERRERS: Weighted = (
    ("", 36),
    ("https://www.google.com/", 20),
    ("https://www.linkedin.com/", 8),
    ("https://t.co/", 6),
    ("https://github.com/", 6),
    ("https://www.facebook.com/", 5),
    ("https://www.reddit.com/", 5),
    ("https://duckduckgo.com/", 4),
    ("https://www.bing.com/", 3),
    ("https://bsky.app/", 3),
    ("https://www.youtube.com/", 2),
    ("https://stackoverflow.com/", 2),
)
NEWSLETTER_REFERRERS: Weighted = (("", 6), ("https://mail.google.com/", 3), ("https://outlook.live.com/", 1))
SPIKE_REFERRERS: Weighted = (("https://news.ycombinator.com/", 6), ("https://www.reddit.com/", 2), ("", 2), ("https://t.co/", 1))
NO_REFERRER: Weighted = (("", 1),)
_BOT_SHARE = 0.06


@dataclass(frozen=True, slots=True)
class Person:
    """`hours_ahead` of UTC is where the person's day lies."""

    country: str
    accept_language: str
    hours_ahead: int
    user_agent: str
    address: str
    is_bot: bool


def pick(random: Random, choices: Weighted) -> str:
    """One of `choices`, each as likely as its weight says."""
    return random.choices([choice for choice, _ in choices], [weight for _, weight in choices])[0]


def make_person(random: Random) -> Person:
    """Somebody new; one of sixteen is a machine. Addresses lie in the network kept for benchmarks
    (198.18.0.0/15), so they are nobody's."""
    is_bot = random.random() < _BOT_SHARE
    country, language, hours_ahead, _weight = random.choices(_COUNTRIES, [weight for *_, weight in _COUNTRIES])[0]
    return Person(
        country="US" if is_bot else country,
        accept_language="" if is_bot else language,
        hours_ahead=hours_ahead,
        user_agent=pick(random, _BOTS if is_bot else _USER_AGENTS),
        address=f"198.{random.choice((18, 19))}.{random.randrange(256)}.{random.randrange(1, 255)}",
        is_bot=is_bot,
    )
