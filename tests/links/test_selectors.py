from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from apps.accounts.models import Membership, Role, User, Workspace
from apps.accounts.policy import Action
from apps.common.errors import NotFound, PermissionDenied
from apps.links import selectors
from apps.links.models import Domain, Link, LinkState

pytestmark = pytest.mark.django_db
MakeLink = Callable[..., Link]


def codes_of(links: object) -> list[str]:
    return [link.code for link in links]  # type: ignore[attr-defined]


def test_a_link_is_found_by_its_place(make_link: MakeLink, owner: User, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    link = make_link(code="abc", tags=["a"])
    hostname = link.domain.hostname

    with django_assert_num_queries(4):
        found = selectors.get_link(actor=owner, hostname=hostname.upper(), code="abc")
        assert (found.pk, found.owner, found.workspace.name, [tag.name for tag in found.tags.all()]) == (
            link.pk, owner, found.workspace.name, ["a"],
        )  # fmt: skip


def test_a_strangers_link_looks_like_a_missing_one(make_link: MakeLink, stranger: User) -> None:
    link = make_link(code="abc")
    answers = set()
    for actor in (stranger, AnonymousUser()):
        for hostname, code in [(link.domain.hostname, "abc"), (link.domain.hostname, "nope"), ("nope.example", "abc"), ("\x00", "\x00")]:
            with pytest.raises(NotFound) as caught:
                selectors.get_link(actor=actor, hostname=hostname, code=code, action=Action.LINK_EDIT)
            answers.add((caught.value.message, caught.value.code))

    assert len(answers) == 1


def test_who_may_only_look_is_told_so(make_link: MakeLink, stranger: User, workspace: Workspace) -> None:
    link = make_link(code="abc")
    Membership.objects.create(workspace=workspace, user=stranger, role=Role.VIEWER)

    assert selectors.get_link(actor=stranger, hostname=link.domain.hostname, code="abc") == link
    with pytest.raises(PermissionDenied):
        selectors.get_link(actor=stranger, hostname=link.domain.hostname, code="abc", action=Action.LINK_EDIT)


def test_lists_hold_only_what_the_actor_may_see(make_link: MakeLink, owner: User, stranger: User, workspace: Workspace) -> None:
    make_link(code="abc")

    assert codes_of(selectors.list_links(actor=owner)) == ["abc"]
    assert codes_of(selectors.list_links(actor=owner, workspace=workspace)) == ["abc"]
    assert codes_of(selectors.list_links(actor=stranger)) == []
    assert codes_of(selectors.list_links(actor=AnonymousUser())) == []
    with pytest.raises(NotFound):
        selectors.list_links(actor=stranger, workspace=workspace)


@pytest.fixture
def one_of_each_state(make_link: MakeLink, owner: User) -> dict[str, Link]:
    now = timezone.now()
    links = {state.value: make_link(code=state.value) for state in LinkState}
    Link.objects.filter(code="expired").update(expires_at=now - timedelta(minutes=1))
    Link.objects.filter(code="scheduled").update(valid_from=now + timedelta(days=1), max_clicks=1, redirects_used=1)
    Link.objects.filter(code="used_up").update(max_clicks=100, redirects_used=100)
    Link.objects.filter(code="disabled").update(is_active=False, expires_at=now - timedelta(minutes=1))
    Link.objects.filter(code="banned").update(is_active=False, banned_at=now)
    Link.objects.filter(code="deleted").update(is_active=False, banned_at=now, deleted_at=now)
    window = {"valid_from": now - timedelta(days=1), "expires_at": now + timedelta(days=1)}
    Link.objects.filter(code="active").update(**window, max_clicks=100, redirects_used=99)
    return links


@pytest.mark.parametrize("state", list(LinkState))
def test_each_link_is_in_exactly_the_state_that_it_says(one_of_each_state: dict[str, Link], owner: User, state: LinkState) -> None:
    found = list(selectors.list_links(actor=owner, state=state))

    assert codes_of(found) == [state]
    assert found[0].state_at(timezone.now()) == state


def test_deleted_links_are_hidden_unless_asked_for(one_of_each_state: dict[str, Link], owner: User) -> None:
    for state in ("", "nonsense"):
        assert set(codes_of(selectors.list_links(actor=owner, state=state))) == set(LinkState) - {"deleted"}


def test_rows_take_as_many_queries_whatever_their_number(
    make_link: MakeLink, owner: User, workspace: Workspace, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(4):
        make_link(tags=[f"t{number}", "all"])

    for place in (None, workspace):
        with django_assert_num_queries(4):
            rows = selectors.list_links(actor=owner, workspace=place)
            assert len([(selectors.short_url(link), [tag.name for tag in link.tags.all()]) for link in rows]) == 4


def test_the_newest_links_come_straight_from_their_index(make_link: MakeLink, owner: User, workspace: Workspace) -> None:
    make_link()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_bitmapscan = off")
    plan = selectors.list_links(actor=owner).prefetch_related(None)[:50].explain()
    assert "link_list" in plan
    assert "Sort" not in plan


def test_tags_are_listed_by_name_in_whatever_case(make_link: MakeLink, owner: User, stranger: User, workspace: Workspace) -> None:
    make_link(tags=["b", "A"])
    make_link(tags=["b", "c"])

    assert [tag.name for tag in selectors.list_tags(actor=owner, workspace=workspace)] == ["A", "b", "c"]
    with pytest.raises(NotFound):
        selectors.list_tags(actor=stranger, workspace=workspace)


def test_new_links_go_to_the_personal_workspace(owner: User, stranger: User, workspace: Workspace) -> None:
    assert selectors.default_workspace(owner) == workspace

    Workspace.objects.filter(personal_for=stranger).delete()
    with pytest.raises(NotFound):
        selectors.default_workspace(stranger)
    Membership.objects.create(workspace=workspace, user=stranger, role=Role.EDITOR)
    assert selectors.default_workspace(stranger) == workspace


@pytest.mark.parametrize(
    ("code", "answer"), [("free", ""), ("abc", "code_taken"), ("ABC", ""), ("admin", "reserved_code"), ("a b", "invalid_code")]
)
def test_a_code_can_be_checked_before(make_link: MakeLink, code: str, answer: str) -> None:
    hostname = make_link(code="abc").domain.hostname

    check = selectors.check_code(hostname=hostname, code=code)

    assert (check.available, check.code, bool(check.reason)) == (not answer, answer, bool(answer))


def test_a_short_url_has_the_scheme_of_the_site_and_the_domain_of_the_link(make_link: MakeLink, settings: Settings) -> None:
    settings.PUBLIC_URL = "https://links.example.com"

    link = make_link(code="abc", domain=Domain.objects.create(hostname="sho.rt"))

    assert selectors.short_url(link) == "https://sho.rt/abc"
