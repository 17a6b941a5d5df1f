"""The list's table says what the links say, whatever is done to them."""

from collections.abc import Callable
from datetime import datetime, timedelta
from importlib import import_module
from types import SimpleNamespace

import pytest
from django.db import connection
from django.utils import timezone

from apps.accounts.models import User, Workspace
from apps.analytics.click_counts import add_clicks
from apps.links import services
from apps.links.changes import LinkChanges
from apps.links.listed import clock
from apps.links.listed.models import NO_TAG, ClickedLink, ListedLink
from apps.links.listed.states import NUMBERS
from apps.links.models import Domain, Link, LinkState

pytestmark = pytest.mark.django_db
MakeLink = Callable[..., Link]
NEVER = -(2**63) + 1


def rounded(clicks: int) -> int:
    return clicks if clicks < 1_000 else int(f"{clicks:d}"[:3] + "0" * (len(str(clicks)) - 3))


def microseconds(moment: datetime) -> int:
    return round(moment.timestamp() * 1_000_000)


def expected() -> set[tuple[object, ...]]:
    now = timezone.now()
    return {
        (
            link.pk,
            tag,
            link.workspace_id,
            link.domain_id,
            NUMBERS[link.state_at(now)],
            microseconds(link.created_at),
            rounded(link.click_count),
            -microseconds(link.expires_at) if link.expires_at else NEVER,
        )
        for link in Link.objects.prefetch_related("tags")
        for tag in [NO_TAG, *(tag.pk for tag in link.tags.all())]
    }


def listed() -> set[tuple[object, ...]]:
    columns = ("link_id", "tag_id", "workspace_id", "domain_id", "state", "created", "clicks", "expiry")
    return set(ListedLink.objects.values_list(*columns))


def test_each_change_of_a_link_is_in_its_rows_at_once(make_link: MakeLink, owner: User, workspace: Workspace) -> None:
    now = timezone.now()
    link = make_link(tags=["a", "b"], expires_at=now + timedelta(days=1), now=now)
    make_link(code="beside", tags=["b"])
    assert listed() == expected()

    def update(**fields: object) -> None:
        Link.objects.filter(pk=link.pk).update(**fields)

    steps: list[Callable[[], object]] = [
        lambda: services.update_link(actor=owner, link=link, changes=LinkChanges(tags=["b", "c"]), now=now),
        lambda: services.update_link(actor=owner, link=link, changes=LinkChanges(expires_at=None, title="x"), now=now),
        lambda: services.update_link(actor=owner, link=link, changes=LinkChanges(valid_from=now + timedelta(days=1)), now=now),
        lambda: services.set_link_active(actor=owner, link=link, is_active=False, now=now),
        lambda: services.delete_link(actor=owner, link=link, now=now),
        lambda: services.restore_link(actor=owner, link=link, now=now),
        lambda: update(is_active=True, valid_from=None),
        lambda: update(max_clicks=2, redirects_used=1),
        lambda: update(redirects_used=2),
        lambda: update(max_clicks=3),
        lambda: update(banned_at=now),
        lambda: update(banned_at=None, created_at=now - timedelta(days=9)),
        lambda: update(domain=Domain.objects.create(hostname="other.example")),
        lambda: update(workspace=Workspace.objects.create(name="Other")),
        lambda: link.tags.first().delete(),  # type: ignore[union-attr]
        lambda: update(code="renamed", version=9),
        lambda: Link.objects.filter(pk=link.pk).delete(),
    ]
    for step in steps:
        step()
        assert listed() == expected()
    assert {row[0] for row in listed()} == {Link.objects.get(code="beside").pk}


def test_clicks_are_listed_by_their_first_three_digits_once_the_task_has_run(make_link: MakeLink) -> None:
    link = make_link(tags=["a"])
    for clicks, shown in ((1, 1), (998, 999), (1, 1_000), (9, 1_000), (1, 1_010), (1_234_567_000 - 1_010, 1_230_000_000)):
        add_clicks({link.pk: clicks})
        clock.follow(now=timezone.now())
        assert set(ListedLink.objects.values_list("clicks", flat=True)) == {shown}


def test_counting_clicks_writes_no_row_of_the_list_and_notes_links_that_move(make_link: MakeLink) -> None:
    link = make_link(tags=["a"])
    add_clicks({link.pk: 54_300})
    clock.follow(now=timezone.now())
    before = _row_versions()

    add_clicks({link.pk: 99})
    assert not ClickedLink.objects.exists()
    for _batch in range(2):
        add_clicks({link.pk: 100})
        assert list(ClickedLink.objects.values_list("link_id", flat=True)) == [link.pk]
    assert _row_versions() == before
    assert clock.follow(now=timezone.now()) == 1
    assert not ClickedLink.objects.exists()


def test_a_clicked_link_that_goes_is_not_waited_for(make_link: MakeLink) -> None:
    link = make_link()
    add_clicks({link.pk: 1})
    Link.objects.all().delete()

    assert not ClickedLink.objects.exists()


def _row_versions() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT ctid::text FROM links_listedlink ORDER BY 1")
        return [str(row[0]) for row in cursor.fetchall()]


def test_states_follow_the_clock(make_link: MakeLink) -> None:
    now = timezone.now()
    past, future = now - timedelta(minutes=1), now + timedelta(hours=1)
    ending, starting, limited = (make_link(code=code, tags=["a"], now=now) for code in ("ending", "starting", "limited"))
    Link.objects.filter(pk=ending.pk).update(expires_at=past)
    Link.objects.filter(pk=starting.pk).update(valid_from=past, expires_at=future)
    Link.objects.filter(pk=limited.pk).update(max_clicks=1, redirects_used=1, expires_at=past)
    assert clock.follow(now=now) == 0
    # As it was before that minute.
    for link, state in ((ending, LinkState.ACTIVE), (starting, LinkState.SCHEDULED), (limited, LinkState.USED_UP)):
        ListedLink.objects.filter(link_id=link.pk).update(state=NUMBERS[state])
        ListedLink.objects.filter(link_id=link.pk, tag_id=NO_TAG).update(due_at=past)
    assert listed() != expected()

    assert clock.follow(now=now) == 3
    assert listed() == expected()
    # The one that has begun ends later.
    assert list(ListedLink.objects.filter(due_at__isnull=False).values_list("link_id", "tag_id", "due_at")) == [
        (starting.pk, NO_TAG, future)
    ]
    assert clock.follow(now=now) == 0


def test_links_that_were_there_before_the_list_are_listed_by_its_migration(make_link: MakeLink) -> None:
    for number in range(3):
        make_link(tags=["a", f"tag {number}"])
    ListedLink.objects.exclude(link_id=Link.objects.first().pk).delete()  # type: ignore[union-attr]
    assert listed() != expected()

    migration = import_module("apps.links.migrations.0009_fill_listed_links")
    for _run in range(2):
        migration.fill(None, SimpleNamespace(connection=connection))
        assert listed() == expected()
