"""Processes killed under load: what was accepted is in the spool, what was in the spool is on the bus."""

import signal
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path

from apps.events.buses import get_bus
from apps.events.envelope import Event
from apps.events.topics import Topic
from apps.links.models import Link
from apps.redirects.frames import FILE_HEAD, read_frames
from tests.redirects.serving import HOST, command, environment, get, own_process, wait_for
from tests.redirects.spooling import files, spool_with

CONNECTIONS = 4


class Visitors(threading.Thread):
    """One connection that asks again and again, each time as another visitor."""

    def __init__(self, port: int, name: str) -> None:
        super().__init__(daemon=True)
        self.port, self.visitor = port, name
        self.sent: list[str] = []
        self.accepted: list[str] = []

    def run(self) -> None:
        with socket.create_connection(("127.0.0.1", self.port), timeout=2) as connection:
            try:
                while True:
                    probe = f"{self.visitor}-{len(self.sent)}"
                    self.sent.append(probe)
                    connection.sendall(f"GET /probed HTTP/1.1\r\nHost: {HOST}\r\nUser-Agent: {probe}\r\n\r\n".encode())
                    answer = connection.recv(4096)
                    if not answer.startswith(b"HTTP/1.1 302"):
                        return
                    self.accepted.append(probe)
            except OSError:
                return


def agents_in(spool: Path) -> list[str]:
    frames = (frame for path in files(spool) for frame in read_frames(path.read_bytes(), FILE_HEAD.size))
    return [frame.fields.split(b"\0")[10].decode() for frame in frames]


def test_a_redirector_killed_under_load_loses_no_accepted_click(make_link: Callable[..., Link], spool_dir: Path, redis_url: str) -> None:
    make_link(code="probed")
    with own_process(environment(spool_dir, redis_url)) as (port, process):
        wait_for(lambda: get(port, "/probed").startswith(b"HTTP/1.1 302"), "the redirector", timeout=30)
        visitors = [Visitors(port, f"visitor-{number}") for number in range(CONNECTIONS)]
        for visitor in visitors:
            visitor.start()
        time.sleep(0.7)
        process.send_signal(signal.SIGKILL)
        for visitor in visitors:
            visitor.join(5)
    accepted = {probe for visitor in visitors for probe in visitor.accepted}
    stored = [agent for agent in agents_in(spool_dir) if agent]
    assert len(accepted) > 100
    assert len(stored) == len(set(stored))
    assert accepted <= set(stored)
    assert len(set(stored) - accepted) <= CONNECTIONS


def test_a_redirector_told_to_end_finishes_at_once_and_hands_its_spool_over(
    make_link: Callable[..., Link], spool_dir: Path, redis_url: str
) -> None:
    make_link(code="probed")
    with own_process(environment(spool_dir, redis_url)) as (port, process):
        wait_for(lambda: get(port, "/probed").startswith(b"HTTP/1.1 302"), "the redirector", timeout=30)
        visitor = Visitors(port, "visitor")
        visitor.start()
        time.sleep(0.2)
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        process.wait(10)
        assert time.monotonic() - began < 3
        visitor.join(5)
    assert set(visitor.accepted) <= set(agents_in(spool_dir))


def test_a_shipper_killed_again_and_again_loses_nothing(spool_dir: Path, redis_url: str, transactional_db: None) -> None:
    clicks = 10_000
    spool = spool_with(spool_dir, clicks, file_bytes=1 << 18)
    spool.close()
    env = environment(spool_dir, redis_url)
    for _ in range(2):
        shipper = command(env, "ship_clicks")
        left = len(files(spool_dir))
        wait_for(lambda left=left: len(files(spool_dir)) < left, "some clicks to be shipped", timeout=30)
        shipper.kill()
        shipper.wait()
    last = command(env, "ship_clicks")
    wait_for(lambda: not files(spool_dir), "the rest to be shipped", timeout=60)
    last.send_signal(signal.SIGTERM)
    # It may have found nothing to do, and have been told to end while it was still starting.
    assert last.wait(15) in (0, -signal.SIGTERM)

    get_bus.cache_clear()
    consumer = get_bus().consumer(group="test", topics=[Topic.URL_REDIRECTED])
    sequences: list[int] = []
    while batches := consumer.poll(timeout=2, max_records=5000):
        for batch in batches:
            sequences += [Event.decode(record.value).payload["sequence"] for record in batch.records]
            consumer.commit(batch.partition, batch.last_offset + 1)
    consumer.close()
    get_bus.cache_clear()
    assert set(sequences) == set(range(1, clicks + 1))
    assert list(dict.fromkeys(sequences)) == sorted(set(sequences)), "the first of each must come in order"
