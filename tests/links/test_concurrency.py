"""Many writers at once on a real PostgreSQL, each with a connection and transactions of its own."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from apps.accounts.models import User, Workspace
from apps.events.models import OutboxEvent
from apps.links import expiry, services
from apps.links.changes import LinkChanges
from apps.links.domains import ensure_default_domain
from apps.links.errors import CodeTaken, LinkError
from apps.links.models import Link, Tag
from tests.at_once import at_once
from tests.links.conftest import NOW

pytestmark = pytest.mark.django_db(transaction=True)
MakeLink = Callable[..., Link]


@pytest.fixture(autouse=True)
def default_domain(transactional_db: None) -> None:
    ensure_default_domain()


def test_of_twenty_who_want_one_code_exactly_one_gets_it(make_link: MakeLink) -> None:
    results = at_once([lambda: make_link(code="wanted", tags=["a", "b"]) for _ in range(20)])

    assert sum(isinstance(result, Link) for result in results) == 1
    assert sum(isinstance(result, CodeTaken) for result in results) == 19
    assert Link.objects.count() == 1
    assert OutboxEvent.objects.count() == 1


def test_no_parallel_edit_is_lost(make_link: MakeLink, owner: User) -> None:
    link = make_link()

    def edit(number: int) -> Link:
        return services.update_link(actor=owner, link=link, changes=LinkChanges(title=f"title {number}"), now=NOW)

    results = at_once([lambda number=number: edit(number) for number in range(12)])  # type: ignore[misc]

    versions = sorted(result.version for result in results if isinstance(result, Link))
    assert versions == list(range(2, 14))
    assert Link.objects.get(pk=link.pk).version == 13
    events = {event.payload["link_version"]: event.payload["title"] for event in OutboxEvent.objects.all()}
    assert sorted(events) == list(range(1, 14))
    assert events[13] == Link.objects.get(pk=link.pk).title


def test_edits_of_different_fields_both_hold(make_link: MakeLink, owner: User) -> None:
    link = make_link()
    at_once(
        [
            lambda: services.update_link(actor=owner, link=link, changes=LinkChanges(title="New"), now=NOW),
            lambda: services.update_link(actor=owner, link=link, changes=LinkChanges(destination_url="example.org"), now=NOW),
            lambda: services.set_link_active(actor=owner, link=link, is_active=False, now=NOW),
        ]
    )

    stored = Link.objects.get(pk=link.pk)
    assert (stored.title, stored.destination_url, stored.is_active, stored.version) == ("New", "https://example.org/", False, 4)


def test_an_edit_never_brings_a_deleted_link_back(make_link: MakeLink, owner: User) -> None:
    for _ in range(5):
        link = make_link()
        edited, deleted = at_once(
            [
                lambda link=link: services.update_link(actor=owner, link=link, changes=LinkChanges(title="New"), now=NOW),  # type: ignore[misc]
                lambda link=link: services.delete_link(actor=owner, link=link, now=NOW),  # type: ignore[misc]
            ]
        )

        stored = Link.objects.get(pk=link.pk)
        assert deleted is None
        assert stored.deleted_at == NOW
        assert (stored.title, stored.version) == (("New", 3) if isinstance(edited, Link) else ("", 2))
        assert isinstance(edited, Link) or (isinstance(edited, LinkError) and edited.code == "link_deleted")


def test_new_tags_made_in_different_orders_neither_collide_nor_block(make_link: MakeLink, workspace: Workspace) -> None:
    names = [f"tag {number}" for number in range(10)]

    results = at_once([lambda turn=turn: make_link(tags=names[turn:] + names[:turn]) for turn in range(10)])  # type: ignore[misc]

    assert [result for result in results if not isinstance(result, Link)] == []
    assert Tag.objects.filter(workspace=workspace).count() == 10


def test_schedulers_at_once_tell_of_each_expiry_once(make_link: MakeLink) -> None:
    due = NOW + timedelta(days=1)
    for _ in range(30):
        make_link(expires_at=due)

    counts = at_once([lambda: expiry.announce_expired(now=due) for _ in range(4)])

    assert sum(count for count in counts if isinstance(count, int)) == 30
    assert OutboxEvent.objects.filter(topic="url_expired_events").count() == 30
