"""Which hosts a redirector answers, and how soon it knows of a change."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from apps.accounts.models import User, Workspace
from apps.links.domains import add_domain, note_check, remove_domain
from apps.links.models import Domain, Link
from apps.redirects.hosts import DomainRef, DomainTable
from apps.redirects.invalidation import on_domains_changed
from apps.redirects.store import SnapshotStore
from tests.redirects.serving import Threaded, get, status_of, wait_for

MakeLink = Callable[..., Link]
OWN = "go.example.com"
# From the commit of a change to its effect (s).
SOON = 1.5


@pytest.fixture
def workspace(owner: User) -> Workspace:
    return Workspace.objects.get(personal_for=owner)


@pytest.fixture
def own_domain(owner: User, workspace: Workspace) -> Domain:
    """A verified domain of the workspace."""
    return verified(add_domain(actor=owner, workspace=workspace, hostname=OWN, now=datetime.now(UTC)))


@pytest.fixture
def deaf_to_hosts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Unknown hosts alone make nobody read the table: changes must be told."""
    monkeypatch.setattr("apps.redirects.resolver._DOMAINS_MIN_AGE", 1000.0)


def verified(domain: Domain) -> Domain:
    return note_check(domain, is_shown=True, now=datetime.now(UTC))


def test_links_of_one_code_on_two_domains_are_two(server: Threaded, own_domain: Domain, make_link: MakeLink) -> None:
    make_link("https://example.com/default", code="same")
    make_link("https://example.com/own", code="same", domain=own_domain)

    for _hot in range(2):
        assert b"location: https://example.com/default\r\n" in get(server.port, "/same")
        assert b"location: https://example.com/own\r\n" in get(server.port, "/same", host=OWN)
        assert b"location: https://example.com/own\r\n" in get(server.port, "/same", host="GO.example.com.")


def test_an_unverified_domain_serves_nothing_until_it_is_verified(
    deaf_to_hosts: None, server: Threaded, owner: User, workspace: Workspace, make_link: MakeLink
) -> None:
    claim = add_domain(actor=owner, workspace=workspace, hostname=OWN, now=datetime.now(UTC))
    make_link(code="abc")
    assert status_of(server.port, "/abc", host=OWN) in {400, 404}

    verified(claim)

    make_link(code="new", domain=Domain.objects.get(hostname=OWN))
    wait_for(lambda: status_of(server.port, "/new", host=OWN) == 302, "the verified domain", timeout=SOON)


def test_a_removed_domain_serves_no_longer(
    deaf_to_hosts: None, server: Threaded, own_domain: Domain, owner: User, make_link: MakeLink
) -> None:
    link = make_link(code="gone", domain=own_domain)
    wait_for(lambda: status_of(server.port, "/gone", host=OWN) == 302, "the link", timeout=SOON)
    Link.objects.filter(pk=link.pk).delete()

    remove_domain(actor=owner, domain=own_domain)

    wait_for(lambda: status_of(server.port, "/gone", host=OWN) != 302, "the removal", timeout=SOON)
    assert status_of(server.port, "/gone", host=OWN) in {400, 404}


def test_a_change_during_a_read_is_read_after_it(deaf_to_hosts: None, server: Threaded, own_domain: Domain, make_link: MakeLink) -> None:
    make_link(code="late", domain=own_domain)
    reader, read = server.redirector.reader, server.redirector.reader.domains
    reads: list[int] = []

    async def read_and_dawdle() -> Any:
        rows = await read()
        reads.append(len(rows))
        await asyncio.sleep(0.3)
        return rows

    reader.domains = read_and_dawdle  # type: ignore[method-assign]
    extra = Domain.objects.create(hostname="first.example.com")
    note_check(own_domain, is_shown=True, now=datetime.now(UTC))
    on_domains_changed()
    wait_for(lambda: len(reads) == 1, "the first read")
    Domain.objects.filter(pk=extra.pk).update(hostname="second.example.com")
    on_domains_changed()

    wait_for(lambda: server.redirector.domains.has_name("second.example.com"), "the second read", timeout=SOON)


def test_the_table_is_kept_in_redis_for_a_start_without_a_database(server: Threaded, own_domain: Domain, redis_url: str) -> None:
    async def kept() -> list[DomainRef]:
        store = SnapshotStore()
        try:
            return await store.get_domains()
        finally:
            await store.close()

    wait_for(lambda: OWN in {row.hostname for row in asyncio.run(kept())}, "the kept table")
    [row] = [row for row in asyncio.run(kept()) if row.hostname == OWN]
    assert (row.id, row.workspace_id, row.root_url, row.apple_app_ids) == (own_domain.pk, own_domain.workspace_id, "", [])


def test_the_table_says_when_hosts_mean_something_else() -> None:
    table = DomainTable()
    first, second = DomainRef(1, "a.example", is_default=True), DomainRef(2, "b.example:8443", is_default=False)

    assert table.load([first, second])
    assert not table.load([DomainRef(1, "a.example", is_default=True, root_url="https://example.com/"), second])
    assert table.cache_keys(1, "x") == [b"a.example/x"]
    assert table.load([DomainRef(1, "c.example", is_default=True), second])

    assert table.cache_keys(1, "x") == [b"c.example/x"]
    assert table.has_name("b.example")
    assert not table.has_name("a.example")
