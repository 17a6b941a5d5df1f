"""Links of people who are gone: nothing is left of them but their codes."""

import csv
import io
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group

from apps.accounts.groups import ADMIN
from apps.accounts.models import AuditLog, Membership, Role, User, Workspace
from apps.accounts.policy import BackOffice
from apps.accounts.privacy import deletion
from apps.events.models import OutboxEvent
from apps.events.topics import Topic
from apps.links import domains, emptying, renaming, services
from apps.links.changes import LinkOptions
from apps.links.emptying import PURGED_URL, empty_workspaces
from apps.links.errors import CodeTaken, LinkError
from apps.links.models import Domain, Link, Tag
from apps.links.own_data import PARTS, ids_of_own
from apps.links.rules import RuleSpec, set_rules
from tests.links.conftest import NOW
from tests.links.name_server import NameServer

pytestmark = pytest.mark.django_db

MakeLink = Callable[..., Link]
LATER = NOW + timedelta(days=14)


def delete_account(user: User) -> None:
    deletion.ask(user=user, now=NOW)
    assert deletion.delete_due(now=LATER) == 1


@pytest.fixture
def full(owner: User, make_link: MakeLink) -> Link:
    """A link with everything that somebody may have written."""
    options = LinkOptions(password="open sesame", max_clicks=5, utm={"utm_source": "me"})
    link = make_link(code="first", title="Mine", description="My own", tags=["news"], options=options)
    set_rules(actor=owner, link=link, rules=[RuleSpec(1, [], "https://example.org/mine")], now=NOW)
    return renaming.change_code(actor=owner, link=link, code="second", now=NOW)


def test_nothing_is_left_of_a_link_but_its_codes(owner: User, full: Link) -> None:
    delete_account(owner)

    link = Link.objects.get(pk=full.pk)
    assert (link.code, link.destination_url, link.owner, link.deleted_at) == ("second", PURGED_URL, None, LATER)
    assert (link.title, link.description, link.password_hash, link.max_clicks, link.utm) == ("", "", "", None, {})
    assert (link.rules.count(), link.tags.count(), Tag.objects.count()) == (0, 0, 0)
    assert [alias.code for alias in link.aliases.all()] == ["first"]
    assert link.version == full.version + 1


@pytest.mark.parametrize("code", ["first", "second"])
def test_its_codes_are_never_given_anew(owner: User, full: Link, stranger: User, code: str) -> None:
    delete_account(owner)

    with pytest.raises(CodeTaken):
        services.create_link(
            actor=stranger, workspace=stranger.personal_workspace, destination_url="https://example.com/", code=code, now=LATER
        )


def test_caches_and_indices_are_told(owner: User, full: Link) -> None:
    delete_account(owner)

    event = OutboxEvent.objects.filter(topic=Topic.URL_DELETED).get()
    assert (event.payload["link_id"], event.payload["aliases"], event.payload["tags"]) == (full.pk, ["first"], [])
    assert event.payload["destination_url"] == PURGED_URL
    assert AuditLog.objects.filter(action="link.purged", target_label__endswith="/second").count() == 1


def test_links_in_workspaces_of_others_stay_without_an_owner(owner: User, stranger: User) -> None:
    team = Workspace.objects.create(name="Team")
    for user, role in ((stranger, Role.OWNER), (owner, Role.EDITOR)):
        Membership.objects.create(workspace=team, user=user, role=role)
    link = services.create_link(actor=owner, workspace=team, destination_url="https://example.com/", title="Ours", now=NOW)

    delete_account(owner)

    link.refresh_from_db()
    assert (link.owner, link.title, link.deleted_at) == (None, "Ours", None)


def test_many_links_are_emptied_in_chunks_and_only_once(
    owner: User, workspace: Workspace, make_link: MakeLink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(emptying, "_AT_ONCE", 2)
    for _ in range(5):
        make_link()

    for _ in range(2):
        empty_workspaces([workspace], LATER)

    assert set(Link.objects.values_list("destination_url", "version")) == {(PURGED_URL, 2)}


def test_domains_without_links_go_and_others_serve_no_longer(
    owner: User, workspace: Workspace, make_link: MakeLink, dns_server: NameServer
) -> None:
    empty, used = (domains.add_domain(actor=owner, workspace=workspace, hostname=host, now=NOW) for host in ("a.example", "b.example"))
    record = domains.txt_record(used)
    dns_server.records[record.name] = [record.value]
    make_link(domain=domains.verify_domain(actor=owner, domain=used, now=NOW))

    delete_account(owner)

    assert not Domain.objects.filter(pk=empty.pk).exists()
    assert not Domain.objects.get(pk=used.pk).is_serving
    assert AuditLog.objects.filter(action="domain.removed").count() == 2


def test_an_emptied_link_is_not_restored(owner: User, full: Link) -> None:
    delete_account(owner)
    admin = User.objects.create_user("admin@example.com", "x", is_staff=True)
    admin.groups.add(Group.objects.get(name=ADMIN))

    with pytest.raises(LinkError) as refused:
        services.restore_link(actor=BackOffice(admin), link=full, now=LATER)

    assert refused.value.code == "link_purged"


def test_the_export_has_ones_own_links_with_all_that_belongs_to_them(owner: User, full: Link) -> None:
    [links] = [part for part in PARTS if part.name == "links.csv"]

    [row] = csv.DictReader(io.StringIO(b"".join(links.write(owner)).decode(), newline=""))

    assert row["short_url"] == f"{full.domain.hostname}/second"
    assert (row["title"], row["tags"], row["former_codes"], row["has_password"]) == ("Mine", "news", "first", "true")
    assert row["rules"] == '[[1, 1, [], "https://example.org/mine"]]'
    assert full.password_hash not in row.values()


def test_the_export_has_no_links_of_teams_that_one_has_left(owner: User, stranger: User, full: Link) -> None:
    team = Workspace.objects.create(name="Team")
    membership = Membership.objects.create(workspace=team, user=owner, role=Role.OWNER)
    ours = services.create_link(actor=owner, workspace=team, destination_url="https://example.com/", now=NOW)

    assert ids_of_own(owner) == [full.pk, ours.pk]
    assert ids_of_own(stranger) == []
    membership.delete()
    assert ids_of_own(owner) == [full.pk]
