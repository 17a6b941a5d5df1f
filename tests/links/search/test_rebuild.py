"""New indices beside the old one, and comparing them with the database."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from datetime import UTC, datetime
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from pytest_django import Settings

from apps.accounts.models import User, Workspace
from apps.events.errors import SinkUnavailable
from apps.links.installation import default_domain
from apps.links.models import Link
from apps.links.search.elastic import indices, rebuild
from apps.links.search.elastic.client import get_client
from apps.links.search.elastic.comparison import Difference, compare, repair
from apps.links.search.elastic.document import LinkDocument, tombstones
from apps.links.search.elastic.engine import ElasticSearch
from apps.links.search.elastic.writing import Written, send, write, write_links
from apps.links.search.query import SearchQuery
from apps.links.search.rows import read_rows
from tests.links.search.searching import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.full]


@pytest.fixture
def own_indices(elasticsearch_options: dict[str, Any], settings: Settings) -> Iterator[None]:
    """Elasticsearch without any index of ours at first."""
    settings.ELASTICSEARCH, settings.ELASTICSEARCH_INDEX_PREFIX = elasticsearch_options, "own-"
    yield
    settings.ELASTICSEARCH = elasticsearch_options
    for name in indices.all_names():
        get_client().indices.delete(index=name)


def make_links(workspace: Workspace, *codes: str, **fields: Any) -> list[Link]:
    domain = default_domain()
    return Link.objects.bulk_create(
        Link(code=code, destination_url="https://site.example/", workspace=workspace, domain=domain, created_at=NOW, **fields)
        for code in codes
    )


def found(workspace: Workspace) -> set[int]:
    """Links that a search finds now."""
    get_client().indices.refresh(index=indices.reading_alias())
    result = ElasticSearch().search(SearchQuery(text="", workspace_ids=(workspace.pk,), now=NOW, size=100))
    return {hit.link_id for hit in result.hits}


def run(name: str, *options: str) -> str:
    out = StringIO()
    call_command(name, *options, stdout=out)
    return out.getvalue()


def test_a_rebuild_makes_all_links_findable_and_removes_the_index_before(own_indices: None, workspace: Workspace) -> None:
    first = make_links(workspace, "a", "b")
    run("search_rebuild")
    before = indices.searched()
    second = make_links(workspace, "c")

    told = run("search_rebuild")

    assert found(workspace) == {link.pk for link in [*first, *second]}
    assert indices.all_names() == [indices.searched()] == indices.written()
    assert f"removed {before}" in told
    assert f"{indices.searched()}: 3 links" in told


def test_a_rebuild_on_demand_leaves_an_index_that_is_there(own_indices: None, workspace: Workspace) -> None:
    run("search_rebuild", "--if-missing")
    name = indices.searched()

    assert "already" in run("search_rebuild", "--if-missing")
    assert indices.searched() == name


def test_searches_go_on_and_changes_are_kept_during_a_rebuild(
    own_indices: None, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept, gone, late = make_links(workspace, "kept", "gone", "late")
    run("search_rebuild")
    seen: list[set[int]] = []
    send_chunk = write_links

    def with_changes(links: Any, *, index: str) -> Written:
        """Between the reading of a chunk and its writing links change, as consumers tell."""
        if not seen:
            Link.objects.filter(pk=kept.pk).update(version=2, title="Changed")
            made = make_links(workspace, "made")
            Link.objects.filter(pk=gone.pk).delete()
            write([kept.pk, gone.pk, made[0].pk], indices=indices.written())
            seen.append(found(workspace))
        return send_chunk(links, index=index)

    monkeypatch.setattr(rebuild, "write_links", with_changes)
    # In this thread, whose database connection the test's links are in.
    monkeypatch.setattr(rebuild, "ThreadPoolExecutor", InThisThread)
    run("search_rebuild")

    made = Link.objects.get(code="made")
    assert seen == [{kept.pk, late.pk, made.pk}]
    assert found(workspace) == {kept.pk, late.pk, made.pk}
    assert get_client().get(index=indices.searched(), id=str(kept.pk))["_source"]["title"] == "Changed"
    assert not compare(settle_seconds=0).differences


class InThisThread:
    """A pool of threads without threads."""

    def __init__(self, _size: int) -> None: ...

    def __enter__(self) -> "InThisThread":
        return self

    def __exit__(self, *_: object) -> None: ...

    def submit(self, work: Callable[..., Any], *arguments: Any) -> Any:
        future: Future[Any] = Future()
        future.set_result(work(*arguments))
        return future


def test_a_rebuild_that_failed_leaves_the_old_index_and_the_next_one_cleans_up(
    own_indices: None, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    (link,) = make_links(workspace, "a")
    run("search_rebuild")
    name = indices.searched()

    def fail(*_arguments: Any, **_keywords: Any) -> Written:
        raise SinkUnavailable("full")

    with monkeypatch.context() as patch:
        patch.setattr(rebuild, "write_links", fail)
        patch.setattr(rebuild, "_LONGEST_OUTAGE", 0.0)
        with pytest.raises(CommandError, match="run it again"):
            run("search_rebuild")
    assert indices.searched() == name
    assert len(indices.all_names()) == 2
    assert found(workspace) == {link.pk}

    run("search_rebuild")
    assert indices.all_names() == [indices.searched()]


def test_two_rebuilds_at_once_are_refused(own_indices: None, workspace: Workspace) -> None:
    refusals: list[str] = []

    def another() -> None:
        try:
            run("search_rebuild")
        except CommandError as error:
            refusals.append(str(error))
        finally:
            connection.close()

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(7236412001)")
        thread = threading.Thread(target=another)
        thread.start()
        thread.join()
        cursor.execute("SELECT pg_advisory_unlock(7236412001)")

    assert refusals == ["another rebuild is under way"]


def test_every_kind_of_difference_is_found_and_repaired(own_indices: None, workspace: Workspace) -> None:
    same, missing, outdated, surplus, ahead = make_links(workspace, "same", "missing", "outdated", "surplus", "ahead")
    purged = make_links(workspace, "purged")[0]
    index = indices.create(now=datetime.now(UTC))
    indices.publish(index)
    send(LinkDocument().write_actions([row for row in read_rows() if row.pk != missing.pk], index=index))
    send(tombstones([purged.pk], index=index))
    Link.objects.filter(pk=outdated.pk).update(version=2)
    Link.objects.filter(pk__in=[surplus.pk, purged.pk]).delete()
    Link.objects.filter(pk=ahead.pk).update(version=0)
    get_client().indices.refresh(index=index)

    comparison = compare(settle_seconds=0)

    assert comparison.links == 4
    assert comparison.differences == {
        missing.pk: Difference.MISSING,
        outdated.pk: Difference.OUTDATED,
        surplus.pk: Difference.SURPLUS,
        ahead.pk: Difference.AHEAD,
    }
    assert repair(comparison) == [ahead.pk]
    get_client().indices.refresh(index=index)
    assert compare(settle_seconds=0).differences == {ahead.pk: Difference.AHEAD}
    assert found(workspace) == {same.pk, missing.pk, outdated.pk, ahead.pk}


def test_the_comparison_goes_through_many_pages(own_indices: None, workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    links = make_links(workspace, *(f"link{number}" for number in range(23)))
    run("search_rebuild")
    Link.objects.filter(pk__in=[links[0].pk, links[11].pk, links[22].pk]).update(version=2)
    monkeypatch.setattr("apps.links.search.elastic.comparison._PAGE", 5)

    comparison = compare(settle_seconds=0)

    assert comparison.links == 23
    assert sorted(comparison.differences) == [links[0].pk, links[11].pk, links[22].pk]


def test_the_check_tells_what_differs_and_repairs_on_demand(
    own_indices: None, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("apps.links.search.elastic.comparison.SETTLE_SECONDS", 0)
    (link,) = make_links(workspace, "a")
    run("search_rebuild")
    assert "1 links compared, 0 differ" in run("search_check")
    Link.objects.filter(pk=link.pk).update(version=2)

    with pytest.raises(CommandError, match="--repair"):
        run("search_check")
    assert "repaired" in run("search_check", "--repair")
    assert "0 differ" in run("search_check")


def test_the_commands_say_what_is_missing(settings: Settings, own_indices: None, owner: User) -> None:
    with pytest.raises(CommandError, match="search_rebuild"):
        run("search_check")
    settings.ELASTICSEARCH = {"hosts": ["http://127.0.0.1:9"]}
    with pytest.raises(CommandError, match="run it again"):
        run("search_rebuild")
    settings.ELASTICSEARCH = {}
    for name in ("search_rebuild", "search_check"):
        with pytest.raises(CommandError, match="ELASTICSEARCH_URL"):
            run(name)
