"""Links that are in Redis before anybody asks."""

from collections.abc import Callable
from datetime import UTC, datetime

import redis

from apps.accounts.models import User
from apps.common.ids import uuid7
from apps.events.envelope import Event
from apps.events.topics import Topic
from apps.links import services
from apps.links.models import Link
from apps.redirects import keys
from apps.redirects.consumers import CacheWarmer
from apps.redirects.invalidation import invalidate
from apps.redirects.snapshot import Snapshot, Tombstone, decode
from apps.redirects.warming import TRENDING_LIFE_MS, warm, warm_trending
from tests.redirects.serving import Threaded, status_of, wait_for

MakeLink = Callable[..., Link]


def known(redis_url: str, link: Link) -> object:
    with redis.Redis.from_url(redis_url) as client:
        return decode(client.get(keys.link_key(link.domain_id, link.code)))


def test_warming_stores_what_a_redirector_needs(make_link: MakeLink, redis_url: str) -> None:
    link = make_link("https://example.com/warm")
    assert warm([link.pk, link.pk]) == 1
    snapshot = known(redis_url, link)
    assert isinstance(snapshot, Snapshot)
    assert snapshot.destination_url == "https://example.com/warm"
    assert snapshot.version == link.version


def test_warming_does_not_undo_an_invalidation(make_link: MakeLink, redis_url: str) -> None:
    link = make_link()
    invalidate(domain_id=link.domain_id, code=link.code, version=link.version + 1)
    assert warm([link.pk]) == 0
    assert known(redis_url, link) == Tombstone(link.version + 1)


def test_warming_does_not_shorten_a_popular_life(make_link: MakeLink, redis_url: str) -> None:
    link = make_link()
    warm([link.pk])
    with redis.Redis.from_url(redis_url) as client:
        client.pexpire(keys.link_key(link.domain_id, link.code), keys.LINK_LONGEST_MS)
        warm([link.pk])
        assert client.pttl(keys.link_key(link.domain_id, link.code)) > keys.LINK_LONGEST_MS - 60_000


def test_deleted_and_unknown_links_are_not_warmed(make_link: MakeLink, owner: User) -> None:
    link = make_link()
    services.delete_link(actor=owner, link=link, now=datetime.now(UTC))
    assert warm([link.pk, 2**40]) == 0


def test_more_links_than_a_batch_are_warmed(make_link: MakeLink) -> None:
    links = [make_link() for _ in range(102)]
    assert warm(link.pk for link in links) == 102


def test_nothing_to_warm_asks_nobody() -> None:
    assert warm([]) == 0


def trends(link: Link) -> Event:
    """What the consumer group gets when `link` begins to trend; it needs no more of it than whose it is."""
    return Event(uuid7(), Topic.URL_TRENDING, str(link.pk), datetime.now(UTC), 1, {"link_id": link.pk})


def test_a_trending_link_is_in_redis_for_hours(make_link: MakeLink, redis_url: str) -> None:
    link = make_link()
    CacheWarmer().handle(trends(link))
    assert isinstance(known(redis_url, link), Snapshot)
    with redis.Redis.from_url(redis_url) as client:
        assert client.pttl(keys.link_key(link.domain_id, link.code)) > TRENDING_LIFE_MS * 0.8


def test_a_trending_link_is_in_every_redirector_before_visitors_ask(server: Threaded, make_link: MakeLink) -> None:
    link = make_link(code="trendy")
    status_of(server.port, "/warm-up")
    CacheWarmer().handle(trends(link))
    cache = server.redirector.cache
    wait_for(lambda: any(key.endswith(b"/trendy") for key in cache.entries), "the link in the process cache")
    misses, queries = cache.counters.misses, server.redirector.reader.queries
    assert status_of(server.port, "/trendy") == 302
    assert (cache.counters.misses, server.redirector.reader.queries) == (misses, queries)


def test_warming_a_link_that_has_changed_meanwhile_leaves_the_newer_one(
    server: Threaded, make_link: MakeLink, owner: User, redis_url: str
) -> None:
    link = make_link(code="edited")
    status_of(server.port, "/edited")
    services.set_link_active(actor=owner, link=link, is_active=False, now=datetime.now(UTC))
    stale = f'{{"domain_id": {link.domain_id}, "code": "edited", "version": 1, "warm": true}}'
    with redis.Redis.from_url(redis_url) as client:
        client.publish(keys.CHANNEL, stale)
    wait_for(lambda: server.redirector.cache.cold, "the link to be looked up")
    assert status_of(server.port, "/edited") == 404


def test_a_trending_link_that_is_gone_is_passed_over(make_link: MakeLink, owner: User) -> None:
    link = make_link()
    services.delete_link(actor=owner, link=link, now=datetime.now(UTC))
    assert warm_trending(link.pk) == 0
