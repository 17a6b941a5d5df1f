from collections.abc import Callable
from datetime import timedelta

import pytest
from django.conf import settings as django_settings
from django.utils import timezone

from apps.accounts.models import User
from apps.events.models import OutboxEvent
from apps.links import expiry, services, tasks
from apps.links.changes import LinkChanges
from apps.links.models import Link
from tests.links.conftest import NOW

pytestmark = pytest.mark.django_db
MakeLink = Callable[..., Link]
DUE = NOW + timedelta(days=1)


def announced() -> list[str]:
    return [event.payload["code"] for event in OutboxEvent.objects.filter(topic="url_expired_events").order_by("id")]


def test_each_expired_link_is_told_of_once(make_link: MakeLink, owner: User) -> None:
    make_link(code="later", expires_at=DUE + timedelta(microseconds=1))
    make_link(code="never")
    make_link(code="second", expires_at=DUE)
    make_link(code="first", expires_at=DUE - timedelta(hours=1))
    services.delete_link(actor=owner, link=make_link(code="deleted", expires_at=DUE), now=NOW)

    assert expiry.announce_expired(now=DUE) == 2
    assert expiry.announce_expired(now=DUE) == 0

    assert announced() == ["first", "second"]
    assert Link.objects.get(code="first").version == 1


def test_many_are_told_of_in_chunks(make_link: MakeLink, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(expiry, "CHUNK", 2)
    for number in range(5):
        make_link(code=f"c{number}", expires_at=DUE)

    assert expiry.announce_expired(now=DUE) == 5
    assert sorted(announced()) == ["c0", "c1", "c2", "c3", "c4"]


def test_a_link_given_more_time_expires_again(make_link: MakeLink, owner: User) -> None:
    link = make_link(code="abc", expires_at=DUE)
    expiry.announce_expired(now=DUE)

    services.update_link(actor=owner, link=link, changes=LinkChanges(expires_at=DUE + timedelta(days=1)), now=DUE)
    assert expiry.announce_expired(now=DUE) == 0
    assert expiry.announce_expired(now=DUE + timedelta(days=1)) == 1

    assert announced() == ["abc", "abc"]


def test_the_scheduler_runs_it_each_minute(make_link: MakeLink) -> None:
    link = make_link(code="abc")
    Link.objects.filter(pk=link.pk).update(expires_at=timezone.now() - timedelta(seconds=1))

    tasks.announce_expired_links.delay()
    tasks.announce_expired_links.delay()

    assert announced() == ["abc"]
    entry = django_settings.CELERY_BEAT_SCHEDULE["announce-expired-links"]
    assert (entry["task"], entry["schedule"]) == (tasks.announce_expired_links.name, 60.0)
