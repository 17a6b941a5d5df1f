"""What shipper, relay and consumers tell at `/metrics`, as processes of their own."""

import json
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from apps.events.bus import Message
from apps.events.buses import get_bus
from apps.events.topics import Topic, dead_letter_topic
from apps.links.models import Domain, Link
from tests.events.valkey import Server
from tests.redirects.serving import Threaded, command, environment, get, wait_for
from tests.redirects.test_metrics import metrics, total

MakeLink = Callable[..., Link]


@contextmanager
def running(env: dict[str, str], *arguments: str) -> Iterator["subprocess.Popen[bytes]"]:
    process = command(env, *arguments, stdout=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(15)


@pytest.fixture
def env(spool_dir: Path, redis_url: str) -> dict[str, str]:
    return environment(spool_dir, redis_url)


def test_what_the_shipper_has_left_to_do_is_told(domain: Domain, make_link: MakeLink, server: Threaded, env: dict[str, str]) -> None:
    make_link(code="counted")
    with running(env, "ship_clicks"):
        wait_for(lambda: total(metrics(server.port), "processes", role="shipper") == 1, "the shipper", timeout=30)
        for _ in range(5):
            get(server.port, "/counted")
        wait_for(lambda: total(metrics(server.port), "clicks_shipped_total") == 5, "its figures", timeout=15)
        assert total(metrics(server.port), "spool_waiting_bytes") == total(metrics(server.port), "spool_oldest_seconds") == 0

    # What it counted last is told at its end.
    assert total(metrics(server.port), "clicks_shipped_total") == 5
    assert total(metrics(server.port), "processes", role="shipper") == 0


def test_clicks_that_wait_for_the_bus_show_while_it_is_away(
    domain: Domain, make_link: MakeLink, server: Threaded, env: dict[str, str], valkey: Server
) -> None:
    make_link(code="counted")
    get(server.port, "/counted")
    valkey.kill()
    try:
        for _ in range(3):
            get(server.port, "/counted")
        with running(env, "ship_clicks"):
            wait_for(lambda: total(metrics(server.port), "shipping_retries_total") > 0, "a retry", timeout=30)
            found = metrics(server.port)
    finally:
        valkey.start()

    assert total(found, "spool_waiting_bytes", kind="clicks") > 4 * 50
    assert total(found, "spool_waiting_bytes", kind="orphan_clicks") == 0
    assert 0 < total(found, "spool_oldest_seconds", kind="clicks") < 60


def test_lag_dead_letters_and_outbox_are_told_and_each_for_itself(
    domain: Domain, make_link: MakeLink, server: Threaded, env: dict[str, str], valkey: Server
) -> None:
    bus = get_bus()
    bus.register(group="click-ingest", topics=[Topic.URL_REDIRECTED])
    producer = bus.producer()
    producer.publish(Topic.URL_REDIRECTED, [Message(key="k", value=b"x")] * 4)
    producer.publish(dead_letter_topic(Topic.URL_DELETED), [Message(key="k", value=b"x")])
    producer.confirm(timeout=5)
    producer.close()
    with running(env, "relay_outbox"), running(env, "consume", "link-cache"):
        wait_for(lambda: total(metrics(server.port), "bus_up") == 1, "the consumers", timeout=30)
        found = metrics(server.port)
        # A group that runs nowhere shows as well.
        assert total(found, "bus_lag", group="click-ingest", topic="url_redirected_events") == 4
        assert total(found, "dead_letters", topic="url_deleted_events") == 1
        make_link(code="made-now")
        wait_for(lambda: total(metrics(server.port), "outbox_published_total", topic="url_created_events") > 0, "the relay", timeout=30)

        valkey.kill()
        try:
            make_link(code="made-later")
            wait_for(lambda: total(metrics(server.port), "outbox_waiting") > 0, "the relay to notice", timeout=40)
            wait_for(lambda: metrics(server.port)["bus_up", ()] == 0, "the consumers to notice", timeout=40)
            found = metrics(server.port)
        finally:
            valkey.start()

    assert not [name for name, _ in found if name == "bus_lag"]
    assert total(found, "outbox_waiting") > 0
    assert total(found, "events_handled_total", group="link-cache") > 0


def test_the_state_of_the_caches_is_printed(domain: Domain, make_link: MakeLink, server: Threaded) -> None:
    make_link(code="counted")
    for path in ["/counted"] * 9 + ["/unknown"] * 2:
        get(server.port, path)
    metrics(server.port)
    out = StringIO()
    call_command("cache_status", "--json", "--interval", "0", stdout=out)
    [(pid, process)] = json.loads(out.getvalue())["since_start"]["processes"].items()

    assert (process["hits"], process["negative_hits"], process["misses"], process["entries"]) == (8, 1, 2, 1)
    assert process["hit_ratio"] == pytest.approx(9 / 11)
    assert json.loads(out.getvalue())["since_start"]["all"] == process

    table = StringIO()
    call_command("cache_status", "--interval", "0.2", stdout=table)
    assert f"pid {pid}" in table.getvalue()
    assert "81.82%" in table.getvalue()
    assert "last 0.2 s" in table.getvalue()


def test_without_a_redirector_there_is_no_cache() -> None:
    with pytest.raises(CommandError, match="no redirector runs"):
        call_command("cache_status")
