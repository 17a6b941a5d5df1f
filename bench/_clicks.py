"""Clicks for benchmarks, the same in each run: many links, more visitors, the browsers of these years."""

import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from random import Random
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from apps.events.bus import Message

LINKS = 2_000
VISITORS = 100_000
_AT_ONCE = 5_000
_CONFIRM_SECONDS = 60.0
_SYSTEMS = (
    "Windows NT 10.0; Win64; x64",
    "Macintosh; Intel Mac OS X 10_15_7",
    "X11; Linux x86_64",
    *(
        f"Linux; Android {version}; {model}"
        for version in range(10, 17)
        for model in ("Pixel 9", "SM-S928B", "SM-A556B", "2201116SG", "moto g84")
    ),
)
_REFERRERS = (
    *("",) * 6,
    *("https://www.google.com/", "https://www.facebook.com/", "https://t.co/abc", "https://mail.google.com/mail/u/0/"),
    *(f"https://news{number}.example.org/article/{number}" for number in range(50)),
)
_LANGUAGES = ("en-US,en;q=0.9", "de-DE,de;q=0.9,en;q=0.8", "fr", "es-ES,es;q=0.9", "pt-BR,pt;q=0.9,en-US;q=0.8")
_MACHINES = ("Googlebot/2.1 (+http://www.google.com/bot.html)", "curl/8.14.1", "Mozilla/5.0 (compatible; bingbot/2.0)", "")


def _agents(random: Random) -> list[str]:
    """2,000 user agents of people, and some of machines."""
    people = [
        f"Mozilla/5.0 ({random.choice(_SYSTEMS)}) AppleWebKit/537.36 (KHTML, like Gecko)"
        f" Chrome/{random.randint(90, 143)}.0.{random.randint(0, 40)}.0 Mobile Safari/537.36"
        for _ in range(2_000)
    ]
    return people + list(_MACHINES) * 25


def clicks(count: int, *, seed: int = 1) -> "Iterator[Message]":
    """`count` clicks in the last minutes, in the form in which the shipper brings them."""
    from apps.common.ids import compose_uuid7  # noqa: PLC0415 - settings read the environment of the engines
    from apps.events.bus import Message  # noqa: PLC0415
    from apps.events.envelope import Event  # noqa: PLC0415
    from apps.events.topics import Topic  # noqa: PLC0415

    random = Random(seed)  # noqa: S311 - the same clicks in each run
    agents = _agents(random)
    visitors = [
        (f"{random.randint(1, 223)}.{random.randint(0, 255)}.{random.randint(0, 255)}.7", random.choice(agents)) for _ in range(VISITORS)
    ]
    began = datetime.now(UTC) - timedelta(minutes=5)
    for number in range(1, count + 1):
        at = began + timedelta(milliseconds=number // 100)
        address, agent = random.choice(visitors)
        payload: dict[str, Any] = {
            # Few links have most clicks.
            "link_id": 1 + int(LINKS * random.random() ** 3),
            "domain_id": 1,
            "hostname": "sho.rt",
            "code": f"code{number % LINKS}",
            "destination_url": "https://example.com/some/long/path?utm_source=newsletter&utm_campaign=spring",
            "workspace_id": 1,
            "owner_id": 1,
            "link_version": 1,
            "method": "GET",
            "address": address,
            "user_agent": agent,
            "referrer": random.choice(_REFERRERS),
            "accept_language": random.choice(_LANGUAGES),
            "query": "",
            "purpose": "",
            "producer_id": "00000000000000aa",
            "sequence": number,
        }
        event_id = compose_uuid7(unix_ms=int(at.timestamp() * 1000), rand_a=number, rand_b=seed + (number >> 12))
        event = Event(event_id, Topic.URL_REDIRECTED, str(payload["link_id"]), at, 1, payload)
        yield Message(event.key, event.encode())


def _publish(count: int) -> None:
    import django  # noqa: PLC0415

    django.setup()
    from apps.analytics.consumers import ClickIngest  # noqa: PLC0415
    from apps.events.buses import get_bus  # noqa: PLC0415

    bus = get_bus()
    bus.register(group=ClickIngest.group, topics=ClickIngest.topics)
    producer = bus.producer()
    waiting = clicks(count)
    while chunk := list(islice(waiting, _AT_ONCE)):
        producer.publish(ClickIngest.topics[0], chunk)
        producer.confirm(timeout=_CONFIRM_SECONDS)
    producer.close()


if __name__ == "__main__":
    _publish(int(sys.argv[1]))
