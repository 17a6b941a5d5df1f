"""What a redirector has ready when it takes its first request."""

import asyncio
import os
import signal
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import redis

from apps.accounts.models import User
from apps.links import services
from apps.links.models import Link
from apps.redirects import keys
from apps.redirects.preloading import PATIENCE, preload
from apps.redirects.redirector import Redirector
from apps.redirects.warming import warm_hottest
from tests.events.valkey import Server
from tests.redirects.serving import Threaded, status_of, threaded

MakeLink = Callable[..., Link]


def ready(server: Threaded) -> set[str]:
    return {key.decode().partition("/")[2] for key in server.redirector.cache.entries}


def test_the_hottest_links_are_ready_at_start(make_link: MakeLink) -> None:
    links = [make_link() for _ in range(60)]
    warm_hottest(link.pk for link in links)
    with threaded() as server:
        assert ready(server) == {link.code for link in links}
        queries = server.redirector.reader.queries
        assert status_of(server.port, f"/{links[0].code}") == 302
        assert server.redirector.reader.queries == queries


def test_no_more_links_are_preloaded_than_the_setting_says(make_link: MakeLink, settings: Any) -> None:
    settings.LINK_PRELOAD = 2
    links = [make_link() for _ in range(4)]
    warm_hottest(link.pk for link in reversed(links))
    with threaded() as server:
        assert ready(server) == {links[3].code, links[2].code}


def test_a_link_that_has_changed_since_is_preloaded_as_it_is_now(make_link: MakeLink, owner: User) -> None:
    link = make_link(code="changed")
    warm_hottest([link.pk])
    services.set_link_active(actor=owner, link=link, is_active=False, now=datetime.now(UTC))
    with threaded() as server:
        assert status_of(server.port, "/changed") == 404


def test_links_that_are_gone_leave_the_list(make_link: MakeLink, redis_url: str) -> None:
    link = make_link()
    warm_hottest([2**40, link.pk])
    with redis.Redis.from_url(redis_url) as client:
        assert client.get(keys.HOTTEST) == f'[[{link.domain_id},"{link.code}"]]'.encode()
        assert client.pttl(keys.HOTTEST) > 0


def test_a_redirector_without_a_list_starts_with_nothing(make_link: MakeLink) -> None:
    make_link()
    with threaded() as server:
        assert ready(server) == set()


def seconds_of_preloading() -> float:
    """How long a redirector waits that hears of no changes yet."""

    async def run() -> float:
        redirector = Redirector()
        began = time.monotonic()
        await preload(cache=redirector.cache, store=redirector.store, resolver=redirector.resolver)
        took = time.monotonic() - began
        await redirector.store.close()
        return took

    return asyncio.run(run())


def test_a_redirector_that_hears_of_no_changes_does_not_wait_for_long(make_link: MakeLink) -> None:
    warm_hottest([make_link().pk])
    assert PATIENCE * 0.9 < seconds_of_preloading() < PATIENCE + 0.5


def test_a_redis_that_hangs_keeps_no_redirector_from_starting(valkey: Server, redis_url: str) -> None:
    with redis.Redis.from_url(redis_url) as client:
        pid = int(client.info("server")["process_id"])
    os.kill(pid, signal.SIGSTOP)
    try:
        assert seconds_of_preloading() < PATIENCE
    finally:
        os.kill(pid, signal.SIGCONT)
