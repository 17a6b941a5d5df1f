"""A slow reader: the link is deleted between its look into the database and its entry in the caches."""

import time
from collections.abc import Callable

from faults.engines import DATABASE
from faults.links import Links
from faults.probes import Probe
from faults.report import Report
from faults.rows import FRESH
from faults.scale import Scale
from faults.stage import Stage

PROXIED = (DATABASE,)
# The reader has asked, and the database has answered, within this time (s).
READS_WITHIN = 0.15
# A stopped process is stopped for so long (s).
PAUSE = 0.4
ROUNDS = 10


def run(stage: Stage, scale: Scale, report: Report) -> None:
    links = Links(stage)
    held = [_race(stage, links, lambda work: work()) for _ in range(ROUNDS)]
    stopped = [_race(stage, links, lambda work: _while_stopped(stage, work)) for _ in range(ROUNDS)]
    deadline = time.monotonic() + scale.watch
    old: dict[str, float] = {}
    asked = 0
    while time.monotonic() < deadline:
        for code, deleted in (*held, *stopped):
            probe = Probe(stage.port, stage.host)
            seen = probe.ask(code)
            probe.close()
            asked += 1
            if seen.location:
                old[code] = time.monotonic() - deleted
    report.tell("races", len(held) + len(stopped))
    report.tell("probes", asked)
    report.at_most("last old answer", max(old.values(), default=0.0), scale.seconds(FRESH), "s")


def _race(stage: Stage, links: Links, meanwhile: Callable[[Callable[[], None]], None]) -> tuple[str, float]:
    """Ask all processes for a new link, delete it while they wait for the database, let them go on;
    the code and when it was deleted."""
    link = links.make()
    proxy = stage.proxies[DATABASE]
    readers = [Probe(stage.port, stage.host) for _ in range(8)]
    proxy.hold()
    for reader in readers:
        reader.send(link.code)
    time.sleep(READS_WITHIN)

    def delete() -> None:
        links.delete(link)
        proxy.release()

    meanwhile(delete)
    deleted = time.monotonic()
    for reader in readers:
        reader.receive()
        reader.close()
    return link.code, deleted


def _while_stopped(stage: Stage, work: Callable[[], None]) -> None:
    """Do it while all redirectors are stopped: they find the old row and the news side by side."""
    for redirector in stage.redirectors:
        redirector.pause()
    work()
    time.sleep(PAUSE)
    for redirector in stage.redirectors:
        redirector.resume()
