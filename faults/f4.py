"""A link is deleted while Redis is away, and Redis returns with its old data.

Played three times: Redis killed, Redis stopped by a signal, and the network to it cut.
"""

import time
from collections.abc import Callable

from faults.engines import REDIS
from faults.links import Links
from faults.report import Report
from faults.rows import FRESH_WITHOUT_REDIS
from faults.scale import Scale
from faults.stage import Stage
from faults.traffic import failures, traffic

PROXIED = (REDIS,)
LINKS = 10
RATE = 100


def run(stage: Stage, scale: Scale, report: Report) -> None:
    engines, proxy = stage.engines, stage.proxies[REDIS]
    ways = [
        ("killed", lambda: engines.kill(REDIS), lambda: engines.start(REDIS)),
        ("stopped", lambda: engines.pause(REDIS), lambda: engines.resume(REDIS)),
        ("cut off", proxy.down, proxy.up),
    ]
    for how, away, back in ways[: scale.ways]:
        _play(stage, scale, report, how, away, back)


def _play(stage: Stage, scale: Scale, report: Report, how: str, away: Callable[[], None], back: Callable[[], None]) -> None:
    bound = scale.seconds(FRESH_WITHOUT_REDIS)
    links = Links(stage)
    made = [links.make() for _ in range(LINKS)]
    with traffic(stage, [stage.url(link.code) for link in made], rate=RATE) as load:
        # Redis and all processes know the links now; its log is synced once a second.
        time.sleep(1.5)
        away()
        for link in made:
            links.delete(link)
        deleted = time.monotonic()
        time.sleep(scale.fault)
        back()
        returned = time.monotonic()
        time.sleep(max(scale.recovery, bound + 2))
    old = [answer.at + answer.took for answer in load.answers if answer.location]
    report.tell("", f"{how}:")
    report.tell("redirects", len(load.answers))
    report.at_most("last old answer after deletion", max(0.0, max(old) - deleted), bound, "s")
    report.at_most("after return", max(0.0, max(old) - returned), bound, "s")
    report.none("5xx or no answer", failures(load.answers))
