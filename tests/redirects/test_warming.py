"""Links that are in Redis before anybody asks."""

from collections.abc import Callable
from datetime import UTC, datetime

import redis

from apps.accounts.models import User
from apps.links import services
from apps.links.models import Link
from apps.redirects import keys
from apps.redirects.invalidation import invalidate
from apps.redirects.snapshot import Snapshot, Tombstone, decode
from apps.redirects.warming import warm

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
