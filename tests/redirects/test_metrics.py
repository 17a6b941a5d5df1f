"""`/metrics`, asked of real redirectors in processes of their own."""

import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from apps.links.models import Domain, Link
from tests.events.valkey import Server
from tests.redirects.serving import HOST, Threaded, environment, exchange, get, own_process, status, threaded, wait_for

MakeLink = Callable[..., Link]
TOKEN = "correct-horse-battery"


def parsed(answer: bytes) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 "), head
    assert b"\r\ncontent-type: text/plain; version=0.0.4" in head
    found = {}
    for family in text_string_to_metric_families(body.decode()):
        assert family.name.startswith("shortener_"), family.name
        assert family.documentation, family.name
        assert family.type in ("counter", "gauge")
        for sample in family.samples:
            assert sample.name.endswith("_total") == (family.type == "counter"), sample.name
            key = (sample.name.removeprefix("shortener_"), tuple(sorted(sample.labels.items())))
            assert key not in found
            found[key] = sample.value
    return found


def metrics(port: int, **how: Any) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    return parsed(get(port, "/metrics", **how))


def total(found: dict[tuple[str, tuple[tuple[str, str], ...]], float], name: str, **labels: str) -> float:
    wanted = set(labels.items())
    return sum(value for (its, given), value in found.items() if its == name and wanted <= set(given))


def wait_until_up(port: int) -> None:
    wait_for(lambda: get(port, "/metrics").startswith(b"HTTP/1.1 200"), "a redirector", timeout=30)


def test_what_a_process_has_done_is_told_at_once(domain: Domain, make_link: MakeLink, spool_dir: Path, redis_url: str) -> None:
    make_link(code="counted")
    with own_process(environment(spool_dir, redis_url)) as (port, process):
        wait_until_up(port)
        wait_for(lambda: total(metrics(port), "cache_hears_changes") == 1, "the channel of changes")
        kept_alive = f"GET /counted HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode()
        assert exchange(port, [kept_alive] * 20, quiet=0.3).count(b" 302 ") == 20
        for _ in range(3):
            get(port, "/unknown")
        found = metrics(port)

        assert total(found, "visits_total", outcome="redirect") == total(found, "clicks_spooled_total") == 20
        assert total(found, "visits_total", outcome="not_found") == total(found, "orphan_clicks_spooled_total") == 3
        assert total(found, "cache_hits_total") == 19
        # Two requests that arrive together take the ordinary path.
        assert 0 < total(found, "hot_redirects_total") <= 19
        assert (total(found, "cache_misses_total"), total(found, "cache_negative_hits_total")) == (2, 2)
        assert total(found, "database_look_ups_total") == 2
        assert total(found, "cache_entries", role="redirector", pid=str(process.pid)) == 1
        assert total(found, "breaker_open") == total(found, "clicks_dropped_total") == total(found, "unresolvable_total") == 0
        assert total(found, "processes", role="redirector") == 1


def test_processes_are_added_up_and_a_killed_one_keeps_its_part(
    domain: Domain, make_link: MakeLink, spool_dir: Path, redis_url: str
) -> None:
    make_link(code="counted")
    env = environment(spool_dir, redis_url)
    with own_process(env) as (one, killed), own_process(env) as (two, left):
        for port in (one, two):
            wait_until_up(port)
            for _ in range(5):
                get(port, "/counted")
        metrics(one)

        assert total(metrics(two), "visits_total", outcome="redirect") == 10
        assert total(metrics(two), "processes", role="redirector") == 2

        killed.send_signal(signal.SIGKILL)
        killed.wait()
        found = metrics(two)
        assert total(found, "visits_total", outcome="redirect") == 10
        assert {dict(labels).get("pid") for (name, labels) in found if name == "cache_entries"} == {str(left.pid)}


def test_a_process_that_ends_leaves_no_file(domain: Domain, spool_dir: Path, redis_url: str) -> None:
    with own_process(environment(spool_dir, redis_url)) as (port, process):
        wait_until_up(port)
        directory = spool_dir.parent / "run" / "metrics"
        assert [path.name for path in directory.glob("*.json")] == [f"redirector-{process.pid}.json"]

    assert list(directory.glob("*.json")) == []


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        (f"Authorization: Bearer {TOKEN}\r\n", 200),
        (f"Authorization: bearer  {TOKEN}\r\nX-Forwarded-For: 203.0.113.9\r\n", 200),
        (f"Authorization: Bearer {TOKEN}x\r\n", 404),
        (f"Authorization: Basic {TOKEN}\r\n", 404),
        (f"Authorization: Bearer {TOKEN}\r\nAuthorization: Bearer {TOKEN}\r\n", 404),
        ("Authorization: Bearer\r\n", 404),
        ("Authorization: Bearer \xff\r\n", 404),
        ("", 404),
    ],
)
def test_from_elsewhere_the_token_opens(server: Threaded, settings: Any, headers: str, expected: int) -> None:
    settings.INTERNAL_ADDRESSES, settings.METRICS_TOKEN = ["192.0.2.0/24"], TOKEN

    assert status(get(server.port, "/metrics", headers=headers)) == expected


def test_without_a_token_nobody_has_it(server: Threaded, settings: Any) -> None:
    settings.INTERNAL_ADDRESSES = ["192.0.2.0/24"]

    for headers in ("Authorization: Bearer \r\n", "Authorization: Bearer None\r\n", ""):
        assert status(get(server.port, "/metrics", headers=headers)) == 404


def test_what_a_proxy_passes_on_is_refused(server: Threaded) -> None:
    for header in ("X-Forwarded-For: 203.0.113.9", "Forwarded: for=203.0.113.9", "Via: 1.1 proxy", "X-Real-IP: 203.0.113.9"):
        assert status(get(server.port, "/metrics", headers=f"{header}\r\n")) == 404


def test_redis_away_shows_in_the_figures(domain: Domain, make_link: MakeLink, server: Threaded, valkey: Server) -> None:
    make_link(code="counted")
    valkey.kill()
    try:
        for number in range(4):
            get(server.port, f"/unknown{number}")
        found = metrics(server.port)
    finally:
        valkey.start()

    assert total(found, "engine_failures_total", part="redis") >= 3
    assert total(found, "breaker_open", part="redis") == 1
    assert total(found, "breaker_open", part="database") == 0


def test_requests_beyond_a_limit_are_told_by_class(domain: Domain, make_link: MakeLink, settings: Any) -> None:
    make_link(code="counted")
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"redirect": "5/3600"}
    with threaded() as server:
        for _ in range(8):
            get(server.port, "/counted")
        found = metrics(server.port)

    assert total(found, "rate_limited_total", endpoint_class="redirect") == 3
    assert total(found, "rate_limited_total", endpoint_class="unknown_code") == 0
