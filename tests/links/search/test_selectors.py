"""Searching on behalf of somebody."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from apps.accounts.models import Membership, Role, User, Workspace
from apps.accounts.policy import BackOffice
from apps.common.errors import NotFound
from apps.links.models import Link, LinkState
from apps.links.search.postgresql.writing import write
from apps.links.search.results import Field, Segment
from apps.links.search.selectors import SearchFilters, find_links
from tests.links.conftest import NOW
from tests.shared_data import shared_json

pytestmark = pytest.mark.django_db

MakeLink = Callable[..., Link]


def codes(actor: Any, text: str, **asked: Any) -> list[str]:
    return [found.link.code for found in find_links(actor=actor, text=text, now=NOW, **asked).links]


@pytest.fixture
def known(make_link: MakeLink) -> MakeLink:
    """Makes links that can be found at once."""

    def make(**fields: Any) -> Link:
        link = make_link(**fields)
        write([link.pk])
        return link

    return make


def test_rows_come_in_the_order_of_relevance_with_their_matches(known: MakeLink, owner: User) -> None:
    known(code="later", description="for the spring")
    known(code="first", title="Spring", tags=["spring time", "other"])

    found = find_links(actor=owner, text="spring", now=NOW)

    assert [row.link.code for row in found.links] == ["first", "later"]
    first = found.links[0]
    assert first.marked[Field.TITLE] == (Segment("Spring", is_match=True),)
    assert first.tags == [(Segment("other"),), (Segment("spring", is_match=True), Segment(" time"))]
    assert found.result.total == 2


def test_only_links_of_ones_own_workspaces_are_found(known: MakeLink, owner: User, stranger: User, workspace: Workspace) -> None:
    known(code="mine", title="Spring")

    assert codes(owner, "spring") == codes(owner, "spring", workspace=workspace) == ["mine"]
    assert codes(stranger, "spring") == []
    with pytest.raises(NotFound):
        codes(stranger, "spring", workspace=workspace)


def test_a_member_who_was_removed_finds_nothing_at_once(known: MakeLink, stranger: User, workspace: Workspace) -> None:
    known(code="mine", title="Spring")
    membership = Membership.objects.create(user=stranger, workspace=workspace, role=Role.VIEWER)
    assert codes(stranger, "spring") == ["mine"]

    membership.delete()

    assert codes(stranger, "spring") == []


def test_what_has_left_the_workspace_is_not_shown_though_the_engine_does_not_know(known: MakeLink, owner: User, stranger: User) -> None:
    link = known(code="moved", title="Spring")
    Link.objects.filter(pk=link.pk).update(workspace=Workspace.objects.get(personal_for=stranger))

    assert codes(owner, "spring") == []


def test_staff_find_links_of_all_workspaces_in_the_back_office_alone(known: MakeLink, django_user_model: type[User]) -> None:
    known(code="mine", title="Spring")
    moderator = django_user_model.objects.create_superuser("moderator@example.com", "correct horse")
    nobody = django_user_model.objects.create_user("nobody@example.com", "correct horse", is_staff=True)

    assert codes(BackOffice(moderator), "spring") == ["mine"]
    assert codes(moderator, "spring") == []
    assert codes(BackOffice(nobody), "spring") == []


def test_every_naughty_text_can_be_searched_for(known: MakeLink, owner: User) -> None:
    known(code="abc", title="Spring")
    for text in shared_json("naughty-strings/blns.json"):
        assert len(codes(owner, text)) <= 1
        assert len(codes(owner, "spring", filters=SearchFilters(tag=text, hostname=text))) <= 1


def test_filters_narrow_what_is_found(known: MakeLink, owner: User) -> None:
    known(code="plain", title="Spring", tags=["news"])
    off = known(code="off", title="Spring")
    Link.objects.filter(pk=off.pk).update(is_active=False, version=2)
    write([off.pk])

    assert codes(owner, "spring", filters=SearchFilters(tag="NEWS")) == ["plain"]
    assert codes(owner, "spring", filters=SearchFilters(state=LinkState.DISABLED)) == ["off"]
    assert codes(owner, "spring", filters=SearchFilters(hostname="other.example")) == []
    assert codes(owner, "spring", filters=SearchFilters(created_before=datetime(2020, 1, 1, tzinfo=UTC))) == []


def test_a_page_of_rows_costs_the_same_queries_however_many_there_are(
    known: MakeLink, owner: User, workspace: Workspace, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(3):
        known(code=f"link{number}", title="Spring", tags=["a", "b"])

    # The policy; of the engine a savepoint, two settings, misspellings, size, links, page and facets with what
    # surrounds them; the rows, their tags and rules.
    with django_assert_num_queries(17):
        assert len(find_links(actor=owner, text="spring", now=NOW, workspace=workspace).links) == 3
    for number in range(3, 9):
        known(code=f"link{number}", title="Spring", tags=["a", "b"])
    with django_assert_num_queries(17):
        assert len(find_links(actor=owner, text="spring", now=NOW, workspace=workspace).links) == 9
