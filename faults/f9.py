"""ClickHouse is down, hangs, has too many parts, and is read-only, while redirectors and readers go on."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection

from clickhouse_driver import Client

from faults import pipeline
from faults.browser import Page
from faults.engines import CLICKHOUSE
from faults.links import Links
from faults.oracle import judge_clicks
from faults.pipeline import judge_sums, seconds_until_drained, tell_engines
from faults.report import Report
from faults.scale import Scale
from faults.servers import Redirector
from faults.stage import Stage
from faults.traffic import failures, traffic

DRAINED_WITHIN = 60.0
# A page about clicks has answered within this time (s).
PAGE_SECONDS = 2.0
# The longest wait of the consumer between two tries, and the driver's patience with a server that hangs (s).
_NOTICED = 35.0
_LOOK_EVERY = 0.5
# What a page says that has no numbers to show.
_MARK = "The numbers cannot be read just now"


@dataclass(slots=True)
class _Pages:
    """What readers of a link's page got while ClickHouse was away, and how long they waited."""

    seen: list[tuple[Page, float]] = field(default_factory=list)


def run(stage: Stage, scale: Scale, report: Report) -> None:
    tell_engines(report)
    engines = stage.engines
    ways: list[tuple[str, Callable[[], None], Callable[[], None]]] = [
        ("killed", lambda: engines.kill(CLICKHOUSE), lambda: engines.start(CLICKHOUSE)),
        ("too many parts", lambda: _alter(stage, f"MODIFY SETTING {_FULL}"), lambda: _alter(stage, f"RESET SETTING {_names(_FULL)}")),
        ("read-only", lambda: _alter(stage, "MODIFY SETTING table_readonly = 1"), lambda: _alter(stage, "RESET SETTING table_readonly")),
        ("hangs", lambda: engines.pause(CLICKHOUSE), lambda: engines.resume(CLICKHOUSE)),
    ]
    site = stage.add_redirector(with_site=True, own_port=True)
    site.await_start()
    for how, away, back in ways if scale.ways > 1 else ways[:2]:
        _play(stage, scale, report, site, how, away, back)
    stage.remove(site)
    judge_sums(report)


# One part is one too many.
_FULL = "parts_to_throw_insert = 1, parts_to_delay_insert = 1"


def _names(settings: str) -> str:
    return ", ".join(setting.partition(" = ")[0] for setting in settings.split(", "))


def _alter(stage: Stage, change: str) -> None:
    client = Client.from_url(stage.engines.urls.clickhouse)
    client.execute(f"ALTER TABLE click_events {change}")
    client.disconnect()


def _play(
    stage: Stage, scale: Scale, report: Report, site: Redirector, how: str, away: Callable[[], None], back: Callable[[], None]
) -> None:
    links = Links(stage)
    made = [links.make() for _ in range(16)]
    consumer = stage.carriers["consume"]
    report.tell("", f"{how}:")
    with traffic(stage, [stage.url(link.code) for link in made], rate=scale.rate) as load:
        time.sleep(scale.warm_up)
        away()
        with _readers(site, links, made[0].code) as pages:
            time.sleep(scale.outage)
        waiting = pipeline.lag()
        back()
        returned = time.monotonic()
        time.sleep(scale.recovery)
    report.none("redirects failed", failures(load.answers))
    report.at_least("uncommitted during the fault", waiting, 1, " clicks")
    report.none("consumer ended", {"consume"} if consumer.poll() is not None else set())
    report.tell("pages", len(pages.seen))
    if how in {"killed", "hangs"}:
        report.none(
            "pages neither 503 nor marked", {str(page.status) for page, _ in pages.seen if page.status != 503 and _MARK not in page.text}
        )
    report.none("pages 500", {str(page.status) for page, _ in pages.seen if page.status in {500, 502, 504}})
    report.at_most("slowest page", max((took for _, took in pages.seen), default=0.0), scale.seconds(PAGE_SECONDS), "s")
    bound = DRAINED_WITHIN + _NOTICED
    drained = seconds_until_drained(bound)
    report.at_most("drained after its return", drained if drained == float("inf") else time.monotonic() - returned, bound, "s")
    judge_clicks(report, load.answers)


@contextmanager
def _readers(site: Redirector, links: Links, code: str) -> Iterator[_Pages]:
    """Somebody who looks at a link's page again and again."""
    pages, ended = _Pages(), threading.Event()
    host, session = links.stage.host, links.session()

    def look() -> None:
        while not ended.wait(_LOOK_EVERY):
            began = time.monotonic()
            connection = HTTPConnection("127.0.0.1", site.port, timeout=30)
            try:
                connection.request("GET", f"/links/{host}/{code}/", headers={"Host": host, "Cookie": f"sessionid={session}"})
                response = connection.getresponse()
                page = Page(response.status, response.read().decode(errors="replace"))
            except OSError as error:
                page = Page(0, repr(error))
            finally:
                connection.close()
            pages.seen.append((page, time.monotonic() - began))

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    try:
        yield pages
    finally:
        ended.set()
        thread.join(35)
