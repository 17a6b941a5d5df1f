"""Who came with a key that is bound to one domain: for them there are the links of that domain, and no others."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from apps.accounts import policy
from apps.accounts.audit.selectors import rows_of_workspace
from apps.accounts.models import User, Workspace
from apps.accounts.policy import Action, ApiActor, Scope
from apps.accounts.workspaces.selectors import list_members
from apps.common.errors import DomainError, NotFound, PermissionDenied
from apps.links import domains, selectors, services
from apps.links.changes import LinkChanges
from apps.links.errors import LinkError
from apps.links.key_domains import key_domains
from apps.links.listed.selectors import ListFilter, list_page
from apps.links.models import Domain, Link
from apps.links.renaming import change_code
from apps.links.revision import revise_link
from apps.links.rules import RuleSpec, set_rules
from apps.links.search.postgresql.writing import write
from apps.links.search.selectors import SearchFilters, find_ids, find_links
from tests.links.conftest import NOW

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Scene:
    """A workspace with two links of its own domain, `inside`, and one of the default domain, `outside`; one word is in all of them.
    `actor` may do everything that its owner may, bound to the own domain."""

    workspace: Workspace
    domain: Domain
    inside: Link
    second: Link
    outside: Link
    actor: ApiActor


@pytest.fixture
def scene(owner: User, workspace: Workspace, make_link: Callable[..., Link]) -> Scene:
    domain = Domain.objects.create(hostname="go.example.org", workspace=workspace, verification_token="x", verified_at=NOW)
    inside = make_link(domain=domain, code="inside1", title="Autumn offers", tags=["both", "ours"])
    second = make_link(domain=domain, code="inside2", title="Autumn news")
    outside = make_link(code="outside", title="Autumn secret", tags=["both", "theirs"])
    write([inside.pk, second.pk, outside.pk])
    return Scene(workspace, domain, inside, second, outside, ApiActor(owner, frozenset(Scope), domain_id=domain.pk))


def test_new_links_go_to_the_domain_unless_another_one_is_asked_for(scene: Scene) -> None:
    make = {"actor": scene.actor, "workspace": scene.workspace, "destination_url": "https://example.com/", "now": NOW}

    assert services.create_link(**make).domain == scene.domain  # type: ignore[arg-type]
    assert services.create_link(**make, domain=scene.domain).domain == scene.domain  # type: ignore[arg-type]
    with pytest.raises(LinkError) as caught:
        services.create_link(**make, domain=scene.outside.domain)  # type: ignore[arg-type]
    assert (caught.value.code, caught.value.field) == ("domain_not_usable", "domain")


@pytest.mark.parametrize("state", ["removed", "no longer verified"])
def test_nothing_is_made_when_the_domain_is_gone(scene: Scene, state: str) -> None:
    if state == "removed":
        actor = ApiActor(scene.actor.user, scene.actor.scopes, domain_id=2**40)
    else:
        Domain.objects.filter(pk=scene.domain.pk).update(verified_at=None)
        actor = scene.actor

    with pytest.raises(LinkError) as caught:
        services.create_link(actor=actor, workspace=scene.workspace, destination_url="https://example.com/", now=NOW)
    assert caught.value.code == "domain_not_usable"


CHANGES: dict[str, Callable[[ApiActor, Link], object]] = {
    "see": lambda actor, link: selectors.get_link(actor=actor, hostname=link.domain.hostname, code=link.code),
    "see numbers": lambda actor, link: selectors.get_link(
        actor=actor, hostname=link.domain.hostname, code=link.code, action=Action.ANALYTICS_VIEW
    ),
    "edit": lambda actor, link: services.update_link(actor=actor, link=link, changes=LinkChanges(title="New"), now=NOW),
    "revise": lambda actor, link: revise_link(actor=actor, link=link, changes=LinkChanges(title="New"), rules=[], now=NOW),
    "rename": lambda actor, link: change_code(actor=actor, link=link, code="renamed", now=NOW),
    "set rules": lambda actor, link: set_rules(actor=actor, link=link, rules=[RuleSpec(1, [], "https://example.com/x")], now=NOW),
    "disable": lambda actor, link: services.set_link_active(actor=actor, link=link, is_active=False, now=NOW),
    "delete": lambda actor, link: services.delete_link(actor=actor, link=link, now=NOW),
    "restore": lambda actor, link: services.restore_link(actor=actor, link=link, now=NOW),
}


@pytest.mark.parametrize("name", CHANGES)
def test_links_of_the_domain_can_be_changed_and_others_are_not_there(scene: Scene, name: str) -> None:
    CHANGES[name](scene.actor, scene.inside)
    version = scene.outside.version

    with pytest.raises(NotFound):
        CHANGES[name](scene.actor, scene.outside)
    scene.outside.refresh_from_db()
    assert scene.outside.version == version


def test_a_code_that_a_link_had_elsewhere_leads_nowhere(scene: Scene, owner: User) -> None:
    change_code(actor=owner, link=scene.outside, code="moved01", now=NOW)

    for code in ("outside", "moved01"):
        with pytest.raises(NotFound):
            selectors.get_link(actor=scene.actor, hostname=scene.outside.domain.hostname, code=code)


def test_lists_leave_other_links_out(scene: Scene) -> None:
    mine = {scene.inside, scene.second}

    assert set(selectors.list_links(actor=scene.actor, workspace=scene.workspace)) == mine
    assert set(selectors.list_links(actor=scene.actor)) == mine


@pytest.mark.parametrize(
    ("wanted", "count"),
    [
        (ListFilter(), 2),
        (ListFilter(domain="go.example.org"), 2),
        (ListFilter(tag="both"), 1),
        (ListFilter(tag="theirs"), 0),
        (ListFilter(state="active"), 2),
        (ListFilter(state="deleted"), 0),
    ],
)
def test_pages_and_counts_leave_other_links_out(scene: Scene, wanted: ListFilter, count: int) -> None:
    page = list_page(actor=scene.actor, workspace=scene.workspace, wanted=wanted)

    assert (page.count, len(page.links)) == (count, count)
    assert scene.outside not in page.links


def test_the_list_of_another_domain_is_empty(scene: Scene) -> None:
    page = list_page(actor=scene.actor, workspace=scene.workspace, wanted=ListFilter(domain=scene.outside.domain.hostname))

    assert (page.links, page.count) == ((), 0)


def test_a_search_finds_counts_and_marks_links_of_the_domain_alone(scene: Scene) -> None:
    found = find_links(actor=scene.actor, text="autumn", now=NOW)

    assert {hit.link for hit in found.links} == {scene.inside, scene.second}
    assert found.result.total == 2
    facets = found.result.facets
    assert [(facet.value, facet.count) for facet in facets.hostnames] == [("go.example.org", 2)]
    assert {facet.value for facet in facets.tags} == {"both", "ours"}
    assert {facet.count for facet in facets.tags} == {1}
    assert set(find_ids(actor=scene.actor, text="autumn", now=NOW, size=10)) == {scene.inside.pk, scene.second.pk}


@pytest.mark.parametrize("text", ["secret", "theirs", "outside", "{hostname}/outside", "secrte"])
def test_no_words_find_a_link_elsewhere(scene: Scene, text: str) -> None:
    found = find_links(actor=scene.actor, text=text.format(hostname=scene.outside.domain.hostname), now=NOW)

    assert (found.links, found.result.total) == ([], 0)


def test_a_search_at_another_domain_finds_nothing(scene: Scene) -> None:
    filters = SearchFilters(hostname=scene.outside.domain.hostname)

    assert find_links(actor=scene.actor, text="autumn", filters=filters, now=NOW).result.total == 0
    assert find_links(actor=scene.actor, text="autumn", filters=SearchFilters(hostname="GO.example.org"), now=NOW).result.total == 2


def test_of_tags_only_those_of_its_links_are_known(scene: Scene) -> None:
    assert [tag.name for tag in selectors.list_tags(actor=scene.actor, workspace=scene.workspace)] == ["both", "ours"]


def test_of_domains_only_its_own_is_known(scene: Scene) -> None:
    other = Domain.objects.create(hostname="other.example.org", workspace=scene.workspace, verification_token="x", verified_at=NOW)

    assert list(selectors.list_domains(actor=scene.actor, workspace=scene.workspace)) == [scene.domain]
    assert list(selectors.usable_domains(actor=scene.actor, workspace=scene.workspace)) == [scene.domain]
    assert [domain.hostname for domain in key_domains(scene.actor, scene.workspace)] == ["go.example.org"]
    assert selectors.get_domain(actor=scene.actor, workspace=scene.workspace, hostname="go.example.org") == scene.domain
    with pytest.raises(NotFound):
        selectors.get_domain(actor=scene.actor, workspace=scene.workspace, hostname=other.hostname)


BEYOND: dict[str, Callable[[ApiActor, Scene], object]] = {
    "members": lambda actor, scene: list_members(actor=actor, workspace=scene.workspace),
    "audit log": lambda actor, scene: rows_of_workspace(actor=actor, workspace=scene.workspace),
    "sums of clicks": lambda actor, scene: policy.require_in_workspace(actor, Action.ANALYTICS_VIEW, scene.workspace),
    "all links as a file": lambda actor, scene: policy.require_in_workspace(actor, Action.LINKS_EXPORT, scene.workspace),
    "a new domain": lambda actor, scene: domains.add_domain(actor=actor, workspace=scene.workspace, hostname="x.example.org", now=NOW),
    "its own domain": lambda actor, scene: domains.remove_domain(actor=actor, domain=scene.domain),
}


@pytest.mark.parametrize("name", BEYOND)
def test_what_tells_of_the_whole_workspace_is_refused(scene: Scene, name: str) -> None:
    with pytest.raises(PermissionDenied):
        BEYOND[name](scene.actor, scene)


@pytest.mark.parametrize("name", CHANGES)
def test_a_domain_of_another_workspace_opens_nothing(scene: Scene, stranger: User, name: str) -> None:
    actor = ApiActor(stranger, frozenset(Scope), domain_id=scene.domain.pk)

    with pytest.raises(DomainError) as caught:
        CHANGES[name](actor, scene.inside)
    assert isinstance(caught.value, NotFound)
    assert not selectors.list_links(actor=actor)
    assert find_links(actor=actor, text="autumn", now=NOW).result.total == 0
