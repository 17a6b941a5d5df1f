from collections.abc import Callable
from datetime import timedelta

import pytest

from apps.accounts.models import Membership, Role, User, Workspace
from apps.common.errors import NotFound, PermissionDenied
from apps.events.models import OutboxEvent
from apps.links import services
from apps.links.changes import LinkChanges
from apps.links.errors import LinkError
from apps.links.models import Link
from tests.links.conftest import NOW

pytestmark = pytest.mark.django_db
MakeLink = Callable[..., Link]
LATER = NOW + timedelta(hours=1)


def topics() -> list[str]:
    return list(OutboxEvent.objects.order_by("id").values_list("topic", flat=True))


def test_an_edit_changes_what_was_asked_and_no_more(make_link: MakeLink, owner: User) -> None:
    link = make_link(title="Old", tags=["a", "b"], expires_at=NOW + timedelta(days=1))
    Link.objects.filter(pk=link.pk).update(click_count=7)

    changes = LinkChanges(destination_url="example.org", tags=["b", "c"], expires_at=None)
    changed = services.update_link(actor=owner, link=link, changes=changes, now=LATER)

    stored = Link.objects.get(pk=link.pk)
    assert (stored.destination_url, stored.title, stored.expires_at) == ("https://example.org/", "Old", None)
    assert sorted(tag.name for tag in stored.tags.all()) == ["b", "c"]
    assert (stored.version, stored.click_count, changed.version) == (2, 7, 2)
    event = OutboxEvent.objects.order_by("id").last()
    assert event is not None
    assert (event.topic, event.occurred_at) == ("url_updated_events", LATER)
    assert (event.payload["tags"], event.payload["link_version"]) == (["b", "c"], 2)


def test_an_edit_without_a_difference_writes_nothing(make_link: MakeLink, owner: User) -> None:
    link = make_link(title="T", tags=["a"])
    changes = LinkChanges(destination_url=link.destination_url, title="T", tags=["A"], valid_from=None, expires_at=None)

    for same in (changes, LinkChanges(), LinkChanges(destination_url="EXAMPLE.com/page")):
        services.update_link(actor=owner, link=link, changes=same, now=LATER)
    services.set_link_active(actor=owner, link=link, is_active=True, now=LATER)
    services.restore_link(actor=owner, link=link, now=LATER)

    assert Link.objects.get(pk=link.pk).version == 1
    assert topics() == ["url_created_events"]


def test_only_tags_changing_is_a_change(make_link: MakeLink, owner: User) -> None:
    link = make_link(tags=["a"])

    services.update_link(actor=owner, link=link, changes=LinkChanges(tags=[]), now=LATER)

    assert Link.objects.get(pk=link.pk).version == 2


def test_disabling_deleting_and_restoring_are_told_of(make_link: MakeLink, owner: User) -> None:
    link = make_link()

    services.set_link_active(actor=owner, link=link, is_active=False, now=LATER)
    services.delete_link(actor=owner, link=link, now=LATER)
    services.delete_link(actor=owner, link=link, now=LATER + timedelta(hours=1))
    assert Link.objects.get(pk=link.pk).deleted_at == LATER
    restored = services.restore_link(actor=owner, link=link, now=LATER)

    assert (restored.deleted_at, restored.is_active, restored.version) == (None, False, 4)
    assert topics() == ["url_created_events", "url_updated_events", "url_deleted_events", "url_updated_events"]
    assert [event.payload["link_version"] for event in OutboxEvent.objects.order_by("id")] == [1, 2, 3, 4]


def test_a_deleted_link_cannot_be_changed(make_link: MakeLink, owner: User) -> None:
    link = make_link()
    services.delete_link(actor=owner, link=link, now=LATER)

    with pytest.raises(LinkError) as caught:
        services.update_link(actor=owner, link=link, changes=LinkChanges(title="New"), now=LATER)
    assert caught.value.code == "link_deleted"
    with pytest.raises(LinkError):
        services.set_link_active(actor=owner, link=link, is_active=False, now=LATER)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        (LinkChanges(destination_url="ftp://example.com"), "destination_url"),
        (LinkChanges(title="a\x00"), "title"),
        (LinkChanges(title="New", tags=["x" * 51]), "tags"),
        (LinkChanges(expires_at=NOW), "expires_at"),
        (LinkChanges(valid_from=NOW + timedelta(days=9)), "expires_at"),
    ],
)
def test_a_bad_edit_changes_nothing(make_link: MakeLink, owner: User, changes: LinkChanges, field: str) -> None:
    link = make_link(expires_at=NOW + timedelta(days=2))

    with pytest.raises(LinkError) as caught:
        services.update_link(actor=owner, link=link, changes=changes, now=LATER)

    assert caught.value.field == field
    stored = Link.objects.get(pk=link.pk)
    assert (stored.version, stored.title) == (1, "")
    assert topics() == ["url_created_events"]


def test_what_stays_as_it_is_is_not_judged_again(make_link: MakeLink, owner: User) -> None:
    link = make_link(expires_at=NOW + timedelta(days=1))
    Link.objects.filter(pk=link.pk).update(destination_url="http://localhost/old")
    after = NOW + timedelta(days=5)

    changes = LinkChanges(title="New", destination_url="http://localhost/old", expires_at=link.expires_at)
    changed = services.update_link(actor=owner, link=link, changes=changes, now=after)

    assert changed.title == "New"


def test_another_expiry_will_be_told_of_again(make_link: MakeLink, owner: User) -> None:
    link = make_link(expires_at=NOW + timedelta(days=1))
    Link.objects.filter(pk=link.pk).update(expiry_announced_at=NOW)

    services.update_link(actor=owner, link=link, changes=LinkChanges(title="x"), now=LATER)
    assert Link.objects.get(pk=link.pk).expiry_announced_at == NOW
    services.update_link(actor=owner, link=link, changes=LinkChanges(expires_at=NOW + timedelta(days=9)), now=LATER)
    assert Link.objects.get(pk=link.pk).expiry_announced_at is None


def test_others_may_not_change_a_link(make_link: MakeLink, stranger: User, workspace: Workspace) -> None:
    link = make_link()
    attempts: list[Callable[[], object]] = [
        lambda: services.update_link(actor=stranger, link=link, changes=LinkChanges(title="x"), now=LATER),
        lambda: services.set_link_active(actor=stranger, link=link, is_active=False, now=LATER),
        lambda: services.delete_link(actor=stranger, link=link, now=LATER),
        lambda: services.restore_link(actor=stranger, link=link, now=LATER),
    ]

    for attempt in attempts:
        with pytest.raises(NotFound):
            attempt()
    Membership.objects.create(workspace=workspace, user=stranger, role=Role.VIEWER)
    for attempt in attempts:
        with pytest.raises(PermissionDenied):
            attempt()
    assert Link.objects.get(pk=link.pk).version == 1


def test_a_link_that_is_gone_is_not_found(make_link: MakeLink, owner: User) -> None:
    link = make_link()
    Link.objects.filter(pk=link.pk).delete()

    with pytest.raises(NotFound):
        services.delete_link(actor=owner, link=link, now=LATER)
