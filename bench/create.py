"""How many links a second `POST /api/v1/links` makes through one worker of gunicorn on a core of its own, each with a title and two tags,
its event in the outbox and its row of the audit log; and how long `POST /api/v1/links/bulk` takes for 1,000 such links."""

import threading
import time
from statistics import median

from bench._seed import destination_of, random_codes
from bench._web import Web, web
from bench.figures import Figure

GOAL, BULK_GOAL_SECONDS = 250, 1.0
_CONNECTIONS = 8
_SECONDS = 12.0
_BULK, _CALLS = 1_000, 7


def run() -> list[Figure]:
    with web() as site:
        _created(site, seconds=2.0)
        rate = _created(site, seconds=_SECONDS)
        bulk = _bulk(site)
    return [
        Figure.at_least("create", rate, "links/s", GOAL),
        Figure.at_most("create_bulk", median(bulk), "s", BULK_GOAL_SECONDS),
        Figure.told("create_bulk_slowest", max(bulk), "s"),
    ]


def _created(site: Web, *, seconds: float) -> float:
    """Links a second that _CONNECTIONS programs make together."""
    counts = [0] * _CONNECTIONS
    began = time.perf_counter()

    def make(number: int) -> None:
        connection = site.connect()
        while time.perf_counter() < began + seconds:
            body = {"destination_url": destination_of(f"{number}-{counts[number]}"), "title": "About it", "tags": ["news", "spring"]}
            status, told = site.ask(connection, "POST", "/api/v1/links", body)
            if status != 201:
                raise RuntimeError(f"{status}: {told!r}")
            counts[number] += 1

    threads = [threading.Thread(target=make, args=(number,)) for number in range(_CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if not all(counts):
        raise RuntimeError(f"some programs made no link: {counts}")
    return sum(counts) / (time.perf_counter() - began)


def _bulk(site: Web) -> list[float]:
    """Seconds of each call."""
    spent = []
    for number in range(_CALLS):
        connection = site.connect()
        codes = random_codes(_BULK, seed=number + 2)
        links = [
            {"code": code, "destination_url": destination_of(code), "title": f"About {code}", "tags": ["news", "spring"]} for code in codes
        ]
        began = time.perf_counter()
        status, told = site.ask(connection, "POST", "/api/v1/links/bulk", {"links": links})
        spent.append(time.perf_counter() - began)
        if status != 200 or b'"failed":0' not in told:
            raise RuntimeError(f"{status}: {told[:500]!r}")
    return spent
