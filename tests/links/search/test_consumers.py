"""What events do to the index, on a real Elasticsearch."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import transaction
from elasticsearch import NotFoundError
from pytest_django import Settings

from apps.accounts.models import User
from apps.accounts.policy import BackOffice
from apps.events.bus import Batch, Partition, Record
from apps.events.errors import SinkUnavailable
from apps.events.models import OutboxEvent
from apps.events.topics import Topic
from apps.links import moderation, services
from apps.links.changes import LinkChanges, LinkOptions
from apps.links.models import Link
from apps.links.renaming import change_code
from apps.links.search.elastic import indices
from apps.links.search.elastic.client import get_client
from apps.links.search.elastic.document import TOMBSTONE_VERSION, LinkDocument
from apps.links.search.elastic.indexer import SearchIndexer
from apps.links.search.elastic.writing import IndexGone, send
from apps.links.search.limits import note_used_up
from apps.links.search.rows import read_rows
from tests.links.conftest import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.full]

MakeLink = Callable[..., Link]
NOBODY: Any = None


@pytest.fixture
def deliver(index: str) -> Callable[[], list[str]]:
    """Gives all that is in the outbox to the indexer, as the bus would; reasons of dead letters."""

    def deliver_all() -> list[str]:
        letters: list[str] = []
        for topic in SearchIndexer.topics:
            events = [row.to_event().encode() for row in OutboxEvent.objects.filter(topic=topic).order_by("id")]
            letters += handle(events, topic=topic)
        get_client().indices.refresh(index=index)
        return letters

    return deliver_all


def handle(values: list[bytes], *, topic: Topic = Topic.URL_UPDATED) -> list[str]:
    if not values:
        return []
    records = [Record(offset, "1", value, {}, datetime.now(UTC)) for offset, value in enumerate(values)]
    return [letter.reason for letter in SearchIndexer().handle(Batch(Partition(topic, 0, "log"), records), NOBODY)]


def document(link: Link, index: str) -> dict[str, Any]:
    """What is stored of a link."""
    found: dict[str, Any] = get_client().get(index=index, id=str(link.pk)).body
    return found


def test_every_kind_of_change_reaches_the_index(
    index: str, deliver: Callable[[], list[str]], make_link: MakeLink, owner: User, django_user_model: type[User]
) -> None:
    link = make_link(title="Old", tags=["a"], description="d")
    moderator = django_user_model.objects.create_superuser("moderator@example.com", "correct horse")
    office = BackOffice(moderator)
    changes: list[tuple[Callable[[], object], str, object]] = [
        (lambda: services.update_link(actor=owner, link=link, changes=LinkChanges(title="New"), now=NOW), "title", "New"),
        (lambda: services.update_link(actor=owner, link=link, changes=LinkChanges(description="e"), now=NOW), "description", "e"),
        (lambda: services.update_link(actor=owner, link=link, changes=LinkChanges(tags=["b", "c"]), now=NOW), "tags", ["b", "c"]),
        (
            lambda: services.update_link(actor=owner, link=link, changes=LinkChanges(destination_url="https://new.test/"), now=NOW),
            "destination_url",
            "https://new.test/",
        ),
        (lambda: services.set_link_active(actor=owner, link=link, is_active=False, now=NOW), "is_active", False),
        (lambda: change_code(actor=owner, link=link, code="renamed", now=NOW), "code", "renamed"),
        (lambda: moderation.ban_link(actor=office, link=link, reason="spam", now=NOW), "is_banned", True),
        (lambda: services.delete_link(actor=owner, link=link, now=NOW), "is_deleted", True),
        (lambda: services.restore_link(actor=owner, link=link, now=NOW), "is_deleted", False),
    ]

    for number, (change, name, value) in enumerate(changes, start=2):
        change()
        assert deliver() == []
        stored = document(link, index)
        assert (stored["_source"][name], stored["_version"]) == (value, number), name


def test_documents_are_never_empty(index: str, deliver: Callable[[], list[str]], make_link: MakeLink) -> None:
    link = make_link(title="Spring", tags=["a", "b"], description="Leaflet")

    deliver()

    source = document(link, index)["_source"]
    assert set(source) == set(LinkDocument._doc_type.mapping.properties.properties.to_dict()) - {"everything"}
    assert (source["title"], source["tags"], source["codes"]) == ("Spring", ["a", "b"], [link.code])


def test_a_late_write_never_undoes_a_newer_one(index: str, deliver: Callable[[], list[str]], make_link: MakeLink, owner: User) -> None:
    link = make_link(title="Old")
    late = list(LinkDocument().write_actions(read_rows(pk=link.pk), index=index))
    services.update_link(actor=owner, link=link, changes=LinkChanges(title="New"), now=NOW)
    deliver()

    written = send(late)

    assert (written.taken, written.outdated) == (0, 1)
    assert document(link, index)["_source"]["title"] == "New"


def test_a_link_that_is_gone_stays_gone_whatever_comes_late(index: str, deliver: Callable[[], list[str]], make_link: MakeLink) -> None:
    link = make_link(title="Spring")
    late = list(LinkDocument().write_actions(read_rows(pk=link.pk), index=index))
    deliver()
    pk = link.pk
    link.delete()
    link.pk = pk

    deliver()
    send(late)

    stored = document(link, index)
    assert (stored["_version"], stored["_source"]["is_gone"], "title" in stored["_source"]) == (TOMBSTONE_VERSION, True, False)


def test_a_purge_is_told_and_rolled_back_with_its_transaction(make_link: MakeLink) -> None:
    link = make_link()
    OutboxEvent.objects.all().delete()

    with transaction.atomic():
        Link.objects.get(pk=link.pk).delete()
        assert OutboxEvent.objects.exists()
        transaction.set_rollback(True)
    assert not OutboxEvent.objects.exists()

    Link.objects.filter(pk=link.pk).delete()
    event = OutboxEvent.objects.get()
    assert (event.topic, event.payload["link_id"], event.payload["link_version"]) == ("url_deleted_events", link.pk, 2)
    assert event.payload["deleted_at"]


def test_poison_is_put_aside_and_its_neighbours_are_indexed(index: str, make_link: MakeLink) -> None:
    link = make_link(title="Spring")
    good = OutboxEvent.objects.get().to_event().encode()

    reasons = handle([b"not json", good, b"{}"], topic=Topic.URL_CREATED)

    assert len(reasons) == 2
    get_client().indices.refresh(index=index)
    assert document(link, index)["_source"]["title"] == "Spring"


def test_changes_go_to_a_new_index_beside_the_one_that_is_searched(
    index: str, deliver: Callable[[], list[str]], make_link: MakeLink
) -> None:
    beside = indices.create(now=datetime.now(UTC))
    try:
        link = make_link(title="Spring")
        deliver()
        assert {document(link, name)["_source"]["title"] for name in (index, beside)} == {"Spring"}
    finally:
        get_client().indices.delete(index=beside)


def test_an_index_that_went_is_not_brought_back(index: str, make_link: MakeLink) -> None:
    gone = indices.create(now=datetime.now(UTC))
    get_client().indices.delete(index=gone)

    with pytest.raises(IndexGone):
        send(LinkDocument().write_actions(read_rows(pk=make_link().pk), index=gone))

    with pytest.raises(NotFoundError):
        get_client().indices.get(index=gone)


def test_nothing_is_written_before_the_first_rebuild(index: str, make_link: MakeLink, settings: Settings) -> None:
    settings.ELASTICSEARCH_INDEX_PREFIX = "none-yet-"
    make_link()

    assert handle([OutboxEvent.objects.get().to_event().encode()], topic=Topic.URL_CREATED) == []
    assert indices.all_names() == []


def test_without_a_server_the_batch_waits(index: str, make_link: MakeLink, settings: Settings) -> None:
    settings.ELASTICSEARCH = {"hosts": ["http://127.0.0.1:9"]}
    make_link()

    with pytest.raises(SinkUnavailable):
        handle([OutboxEvent.objects.get().to_event().encode()], topic=Topic.URL_CREATED)


def test_a_write_that_the_server_puts_off_waits_too(index: str, make_link: MakeLink) -> None:
    make_link()
    get_client().indices.put_settings(index=index, settings={"index.blocks.write": True})
    try:
        with pytest.raises(SinkUnavailable):
            handle([OutboxEvent.objects.get().to_event().encode()], topic=Topic.URL_CREATED)
    finally:
        get_client().indices.put_settings(index=index, settings={"index.blocks.write": None})


def test_links_that_are_used_up_are_noted_without_an_event(index: str, deliver: Callable[[], list[str]], make_link: MakeLink) -> None:
    link, other = make_link(options=LinkOptions(max_clicks=2)), make_link(options=LinkOptions(max_clicks=2))
    deliver()
    Link.objects.filter(pk=link.pk).update(redirects_used=2)

    assert note_used_up() == 1
    get_client().indices.refresh(index=index)
    assert note_used_up() == 0
    assert [document(one, index)["_source"]["is_used_up"] for one in (link, other)] == [True, False]
