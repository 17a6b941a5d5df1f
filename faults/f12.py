"""The table of links is locked, and pages that wait for it have used up the site's connections."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus

import psycopg

from faults.links import Links
from faults.probes import Probe
from faults.report import Report
from faults.rows import FRESH
from faults.scale import Scale
from faults.stage import Stage
from faults.traffic import failures, p99_ms, traffic

P99_MS = 50.0
MISS_SECONDS = 1.0
SLOW_PAGES = 50


def run(stage: Stage, scale: Scale, report: Report) -> None:
    site = stage.add_redirector(with_site=True)
    for other in stage.redirectors[:-1]:
        # All pages and all redirects meet in one process.
        other.end()
    stage.await_redirectors()
    links = Links(stage)
    hot, fresh = links.urls(20), links.urls(200)
    session = links.session()
    with traffic(stage, hot, rate=scale.rate) as load:
        time.sleep(scale.warm_up)
        before = time.monotonic()
        with _locked_table(stage):
            pages = _slow_pages(stage, session)
            began = time.monotonic()
            misses = _ask_misses(stage, fresh, until=began + scale.outage)
            ended = time.monotonic()
        time.sleep(scale.recovery)
    for page in pages:
        page.join(60)
    answers = load.between(before, ended + scale.recovery)
    report.tell("redirects", len(answers))
    report.tell("locked", ended - before, "s")
    report.none("wrong", links.history.wrong(answers, stale=scale.seconds(FRESH)))
    report.none("hot: 5xx or no answer", failures(answers))
    report.at_most("hot p99", p99_ms(load.between(began, ended)), scale.p99(P99_MS), "ms")
    report.tell("p99 before", p99_ms(load.between(0, before)), "ms")
    report.tell("misses", len(misses))
    report.none("misses not 503", {str(status) for status, _ in misses if status != HTTPStatus.SERVICE_UNAVAILABLE})
    report.at_most("slowest miss", max(took for _, took in misses), scale.seconds(MISS_SECONDS), "s")
    stage.remove(site)


@contextmanager
def _locked_table(stage: Stage) -> Iterator[None]:
    with psycopg.connect(stage.engines.urls.database) as connection:
        connection.execute("LOCK TABLE links_link IN ACCESS EXCLUSIVE MODE")
        yield
        connection.rollback()


def _slow_pages(stage: Stage, session: str) -> list[threading.Thread]:
    """People who look at their links, each waiting for the table."""

    def look() -> None:
        probe = Probe(stage.port, stage.host, timeout=120, headers=f"Cookie: sessionid={session}\r\n")
        probe.ask("links/")
        probe.close()

    threads = [threading.Thread(target=look, daemon=True) for _ in range(SLOW_PAGES)]
    for thread in threads:
        thread.start()
    time.sleep(1)
    return threads


def _ask_misses(stage: Stage, urls: list[str], *, until: float) -> list[tuple[int, float]]:
    """Status and seconds of links that nobody has asked for, four a second."""
    seen = []
    for url in urls:
        if time.monotonic() > until:
            break
        probe, began = Probe(stage.port, stage.host), time.monotonic()
        seen.append((probe.ask(url.rpartition("/")[2]).status, time.monotonic() - began))
        probe.close()
        time.sleep(0.25)
    return seen
