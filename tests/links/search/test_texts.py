"""What events and time do to the texts that PostgreSQL searches in."""

from collections.abc import Callable
from datetime import UTC, datetime
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command

from apps.accounts.models import User, Workspace
from apps.accounts.policy import BackOffice
from apps.events.bus import Batch, Partition, Record
from apps.events.models import OutboxEvent
from apps.events.topics import Topic
from apps.links import moderation, services
from apps.links.changes import LinkChanges
from apps.links.models import Link, LinkState
from apps.links.renaming import change_code
from apps.links.search.consumers import SearchTexts
from apps.links.search.postgresql.engine import PostgresSearch
from apps.links.search.postgresql.models import SearchText, SearchWord
from apps.links.search.postgresql.writing import write, write_links
from apps.links.search.query import SearchQuery
from apps.links.search.rows import read_rows
from apps.links.tasks import mend_search_texts
from tests.links.conftest import NOW

pytestmark = pytest.mark.django_db

MakeLink = Callable[..., Link]
NOBODY: Any = None


def deliver() -> list[str]:
    """Give all that is in the outbox to the consumer, as the bus would; reasons of dead letters."""
    letters: list[str] = []
    for topic in SearchTexts.topics:
        letters += handle([row.to_event().encode() for row in OutboxEvent.objects.filter(topic=topic).order_by("id")], topic=topic)
    return letters


def handle(values: list[bytes], *, topic: Topic) -> list[str]:
    records = [Record(offset, "1", value, {}, datetime.now(UTC)) for offset, value in enumerate(values)]
    return [letter.reason for letter in SearchTexts().handle(Batch(Partition(topic, 0, "log"), records), NOBODY)]


def found(workspace: Workspace, text: str, **query: Any) -> list[int]:
    result = PostgresSearch().search(SearchQuery(text=text, workspace_ids=(workspace.pk,), now=NOW, **query))
    assert result.total == len(result.hits)
    return [hit.link_id for hit in result.hits]


def test_every_kind_of_change_is_found_soon(workspace: Workspace, make_link: MakeLink, owner: User) -> None:
    link = make_link(title="Old", tags=["a"], description="d")
    office = BackOffice(User.objects.create_superuser("moderator@example.com", "correct horse"))
    changes: list[tuple[Callable[[], object], str, dict[str, Any]]] = [
        (lambda: services.update_link(actor=owner, link=link, changes=LinkChanges(title="New"), now=NOW), "new", {}),
        (lambda: services.update_link(actor=owner, link=link, changes=LinkChanges(description="east"), now=NOW), "east", {}),
        (lambda: services.update_link(actor=owner, link=link, changes=LinkChanges(tags=["b", "c"]), now=NOW), "", {"tags": ("b", "c")}),
        (
            lambda: services.update_link(actor=owner, link=link, changes=LinkChanges(destination_url="https://dest.test/"), now=NOW),
            "dest",
            {},
        ),
        (lambda: services.set_link_active(actor=owner, link=link, is_active=False, now=NOW), "", {"state": LinkState.DISABLED}),
        (lambda: change_code(actor=owner, link=link, code="renamed", now=NOW), "renamed", {}),
        (lambda: moderation.ban_link(actor=office, link=link, reason="spam", now=NOW), "", {"state": LinkState.BANNED}),
        (lambda: services.delete_link(actor=owner, link=link, now=NOW), "", {"state": LinkState.DELETED}),
        (lambda: services.restore_link(actor=owner, link=link, now=NOW), "renamed", {"state": LinkState.BANNED}),
    ]
    deliver()

    for change, text, filters in changes:
        assert found(workspace, text or "xyz", **filters) == []
        change()
        assert deliver() == []
        assert found(workspace, text, **filters) == [link.pk], text


def test_a_late_write_never_undoes_a_newer_one(workspace: Workspace, make_link: MakeLink, owner: User) -> None:
    link = make_link(title="Old")
    late = read_rows(pk=link.pk)
    services.update_link(actor=owner, link=link, changes=LinkChanges(title="New"), now=NOW)
    deliver()

    assert write_links(late) == 0
    assert (found(workspace, "new"), found(workspace, "old")) == ([link.pk], [])


def test_a_link_that_is_gone_is_found_no_more(workspace: Workspace, make_link: MakeLink) -> None:
    link = make_link(title="Spring")
    deliver()
    assert found(workspace, "spring") == [link.pk]

    link.delete()
    deliver()

    assert found(workspace, "spring") == []
    assert not SearchText.objects.exists()


def test_a_link_that_has_left_the_workspace_is_not_shown_even_before_that_is_known(
    workspace: Workspace, make_link: MakeLink, stranger: User
) -> None:
    link = make_link(title="Spring")
    deliver()

    Link.objects.filter(pk=link.pk).update(workspace=Workspace.objects.get(personal_for=stranger))

    assert PostgresSearch().search(SearchQuery(text="spring", workspace_ids=(workspace.pk,), now=NOW)).hits == []


def test_poison_is_put_aside_and_its_neighbours_are_found(workspace: Workspace, make_link: MakeLink) -> None:
    link = make_link(title="Spring")
    good = OutboxEvent.objects.get().to_event().encode()

    assert len(handle([b"not json", good, b"{}"], topic=Topic.URL_CREATED)) == 2
    assert found(workspace, "spring") == [link.pk]


def test_what_no_event_has_told_is_mended(workspace: Workspace, make_link: MakeLink, owner: User) -> None:
    missing, outdated, ahead, gone, right = (make_link(code=code, title="Spring") for code in ("mis", "out", "ahe", "gon", "rig"))
    write([outdated.pk, ahead.pk, gone.pk, right.pk])
    services.update_link(actor=owner, link=outdated, changes=LinkChanges(title="Autumn"), now=NOW)
    SearchText.objects.filter(pk=ahead.pk).update(version=7)
    Link.objects.filter(pk=gone.pk).delete()

    assert mend_search_texts() == 4
    assert set(found(workspace, "spring")) == {missing.pk, ahead.pk, right.pk}
    assert found(workspace, "autumn") == [outdated.pk]
    assert mend_search_texts() == 0


def test_texts_of_links_that_were_there_before_are_written_at_the_first_start(workspace: Workspace, make_link: MakeLink) -> None:
    links = {make_link(code=f"link{number}", title="Spring").pk for number in range(3)}

    assert mend_search_texts() == 3
    assert set(found(workspace, "spring")) == links


def test_all_texts_are_written_anew_on_demand(make_link: MakeLink) -> None:
    link = make_link(title="Spring")
    write([link.pk])
    SearchText.objects.update(lexemes="")
    out = StringIO()

    call_command("search_texts", "--all", stdout=out)
    call_command("search_texts", stdout=out)

    assert out.getvalue().splitlines()[-2:] == ["1 texts written", "0 texts brought up to date"]
    assert SearchText.objects.get().lexemes


def test_only_words_that_people_may_misspell_are_remembered(make_link: MakeLink) -> None:
    link = make_link(
        code="aB1cdEf",
        title="Été 2026 in Zürich",
        destination_url="https://www.shop.example/garden-tools/b2b?id=4711",
        tags=["News"],
    )
    write([link.pk])

    assert set(SearchWord.objects.values_list("word", flat=True)) == {"ete", "zurich", "shop", "example", "garden", "tools", "news"}
