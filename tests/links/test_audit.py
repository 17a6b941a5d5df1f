"""What the audit log says of changes to links and domains."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from apps.accounts.audit.actions import AuditAction
from apps.accounts.groups import MODERATOR
from apps.accounts.models import AuditLog, User, Workspace
from apps.accounts.policy import BackOffice
from apps.common.errors import NotFound
from apps.links import domain_checks, domains, moderation, renaming, services
from apps.links.changes import LinkChanges, LinkOptions
from apps.links.domains import DomainSettings
from apps.links.errors import CodeTaken
from apps.links.models import Link
from apps.links.revision import revise_link
from apps.links.rules import RuleSpec, set_rules
from tests.links.conftest import NOW
from tests.links.name_server import NameServer

pytestmark = pytest.mark.django_db

MakeLink = Callable[..., Link]


@pytest.fixture
def moderator(db: None) -> BackOffice:
    user = User.objects.create_user("moderator@example.com", "correct horse", is_staff=True)
    user.groups.add(Group.objects.get(name=MODERATOR))
    return BackOffice(user)


def rows() -> list[AuditLog]:
    """What was recorded, but for the making of links."""
    return list(AuditLog.objects.exclude(action=AuditAction.LINK_CREATED).order_by("id"))


def row() -> AuditLog:
    [found] = rows()
    return found


def test_a_new_link_is_recorded_with_what_is_not_usual(owner: User, workspace: Workspace) -> None:
    link = services.create_link(
        actor=owner,
        workspace=workspace,
        destination_url="https://example.com/page",
        code="spring",
        tags=["b", "a"],
        options=LinkOptions(password="open sesame", max_clicks=5),
        now=NOW,
    )

    created = AuditLog.objects.get()
    assert (created.action, created.actor_id, created.workspace_id) == ("link.created", owner.pk, workspace.pk)
    assert (created.target_type, created.target_id) == ("link", str(link.pk))
    assert created.target_label == f"{link.domain.hostname}/spring"
    assert created.before == {}
    assert created.after == {
        "code": "spring",
        "destination_url": "https://example.com/page",
        "tags": ["a", "b"],
        "password": True,
        "max_clicks": 5,
    }


def test_a_link_that_could_not_be_made_is_not_recorded(make_link: MakeLink) -> None:
    make_link(code="spring")

    with pytest.raises(CodeTaken):
        make_link(code="spring")

    assert AuditLog.objects.count() == 1


def test_an_edit_is_recorded_field_by_field(owner: User, link: Link) -> None:
    services.update_link(actor=owner, link=link, changes=LinkChanges(title="Summer", max_clicks=9), now=NOW)

    assert (row().action, row().before, row().after) == (
        "link.updated",
        {"title": "Spring", "max_clicks": None},
        {"title": "Summer", "max_clicks": 9},
    )


def test_an_edit_without_a_difference_is_not_recorded(owner: User, link: Link) -> None:
    services.update_link(actor=owner, link=link, changes=LinkChanges(title="Spring", tags=["news"]), now=NOW)

    assert rows() == []


def test_tags_and_password_have_rows_of_their_own(owner: User, link: Link) -> None:
    changes = LinkChanges(title="Summer", tags=["hot", "news"], password="open sesame")

    services.update_link(actor=owner, link=link, changes=changes, now=NOW)

    assert [(found.action, found.before, found.after) for found in rows()] == [
        ("link.updated", {"title": "Spring"}, {"title": "Summer"}),
        ("link.password_set", {"password": False}, {"password": True}),
        ("link.tags_changed", {"tags": ["news"]}, {"tags": ["hot", "news"]}),
    ]


def test_an_edit_costs_one_query_for_all_of_its_rows(owner: User, link: Link, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(9) as one:
        services.update_link(actor=owner, link=link, changes=LinkChanges(title="Summer"), now=NOW)
    with django_assert_num_queries(9) as two:
        services.update_link(actor=owner, link=link, changes=LinkChanges(title="Autumn", password="open sesame"), now=NOW)

    for captured in (one, two):
        assert sum("INSERT INTO" in query["sql"] and "auditlog" in query["sql"] for query in captured.captured_queries) == 1


def test_a_password_in_place_of_another_is_recorded_without_either(owner: User, link: Link) -> None:
    services.update_link(actor=owner, link=link, changes=LinkChanges(password="open sesame"), now=NOW)
    services.update_link(actor=owner, link=link, changes=LinkChanges(password="another one"), now=NOW)
    services.update_link(actor=owner, link=link, changes=LinkChanges(password=""), now=NOW)

    assert [found.action for found in rows()] == ["link.password_set", "link.password_set", "link.password_cleared"]
    assert "sesame" not in str([(found.before, found.after) for found in rows()])


@pytest.mark.parametrize(
    ("change", "action"),
    [
        (lambda **who: services.set_link_active(is_active=False, **who), "link.disabled"),
        (services.delete_link, "link.deleted"),
        (lambda **who: renaming.change_code(code="summer", **who), "link.code_changed"),
        (lambda **who: set_rules(rules=[RuleSpec(1, [], "https://example.org/")], **who), "link.rules_changed"),
    ],
)
def test_each_change_has_its_word_and_is_recorded_once(owner: User, link: Link, change: Callable[..., Any], action: str) -> None:
    change(actor=owner, link=link, now=NOW)
    change(actor=owner, link=Link.objects.get(pk=link.pk), now=NOW)

    assert (row().action, row().actor_id, row().target_id) == (action, owner.pk, str(link.pk))


def test_enabling_and_restoring_are_recorded(owner: User, link: Link) -> None:
    services.set_link_active(actor=owner, link=link, is_active=False, now=NOW)
    services.set_link_active(actor=owner, link=link, is_active=True, now=NOW)
    services.delete_link(actor=owner, link=link, now=NOW)
    services.restore_link(actor=owner, link=link, now=NOW)

    assert [found.action for found in rows()] == ["link.disabled", "link.enabled", "link.deleted", "link.restored"]


def test_a_code_is_recorded_with_the_one_before(owner: User, link: Link) -> None:
    renaming.change_code(actor=owner, link=link, code="summer", now=NOW)

    assert (row().before, row().after) == ({"code": "spring"}, {"code": "summer"})


def test_rules_are_recorded_with_those_before(owner: User, link: Link) -> None:
    rule = RuleSpec(1, [{"kind": "device", "values": ["mobile"]}], "https://example.org/")

    set_rules(actor=owner, link=link, rules=[rule], now=NOW)

    assert row().before == {"rules": []}
    assert row().after == {
        "rules": [
            {
                "priority": 1,
                "conditions": [{"kind": "device", "values": ["mobile"]}],
                "destination_url": "https://example.org/",
                "weight": 1,
            }
        ]
    }


def test_what_is_refused_half_way_is_not_recorded(owner: User, link: Link, make_link: MakeLink) -> None:
    make_link(code="taken")

    with pytest.raises(CodeTaken):
        revise_link(actor=owner, link=link, changes=LinkChanges(title="Summer"), rules=[], code="taken", now=NOW)

    assert rows() == []


def test_moderation_is_recorded_with_its_reasons(link: Link, moderator: BackOffice) -> None:
    moderation.ban_link(actor=moderator, link=link, reason="phishing", now=NOW)
    moderation.unban_link(actor=moderator, link=link, now=NOW)
    moderation.flag_link(actor=moderator, link=link, reason="odd", now=NOW)
    moderation.unflag_link(actor=moderator, link=link, now=NOW)

    assert [found.action for found in rows()] == ["link.banned", "link.unbanned", "link.flagged", "link.unflagged"]
    assert {found.actor_label for found in rows()} == {"moderator@example.com"}
    assert rows()[0].after["ban_reason"] == "phishing"
    assert rows()[1].before["ban_reason"] == "phishing"


def test_a_link_that_goes_with_its_workspace_is_recorded(link: Link, workspace: Workspace) -> None:
    gone = link.pk

    workspace.delete()

    assert (row().action, row().target_id, row().actor_id) == ("link.purged", str(gone), None)


def test_a_strangers_try_is_not_recorded(link: Link, stranger: User) -> None:
    with pytest.raises(NotFound):
        services.delete_link(actor=stranger, link=link, now=NOW)

    assert rows() == []


def test_domains_are_recorded_from_claim_to_removal(owner: User, workspace: Workspace, dns_server: NameServer) -> None:
    domain = domains.add_domain(actor=owner, workspace=workspace, hostname="go.example.org", now=NOW)
    record = domains.txt_record(domain)
    dns_server.records[record.name] = [record.value]
    domains.verify_domain(actor=owner, domain=domain, now=NOW)
    domains.verify_domain(actor=owner, domain=domain, now=NOW)
    domains.edit_domain(actor=owner, domain=domain, changes=DomainSettings(root_url="https://example.org/"))
    domains.edit_domain(actor=owner, domain=domain, changes=DomainSettings(root_url="https://example.org/"))
    domains.remove_domain(actor=owner, domain=domain)

    assert [found.action for found in rows()] == ["domain.added", "domain.verified", "domain.updated", "domain.removed"]
    assert {(found.actor_id, found.workspace_id, found.target_label) for found in rows()} == {(owner.pk, workspace.pk, "go.example.org")}
    assert rows()[2].after == {"root_url": "https://example.org/"}


def test_a_domain_that_the_scheduler_verifies_is_nobodys_doing(owner: User, workspace: Workspace, dns_server: NameServer) -> None:
    domain = domains.add_domain(actor=owner, workspace=workspace, hostname="go.example.org", now=NOW)
    record = domains.txt_record(domain)
    dns_server.records[record.name] = [record.value]

    domain_checks.check_domains(now=NOW + timedelta(hours=1))

    assert [(found.action, found.actor_id) for found in rows()] == [("domain.added", owner.pk), ("domain.verified", None)]


def test_whose_claim_is_replaced_does_not_learn_by_whom(owner: User, workspace: Workspace, stranger: User) -> None:
    domains.add_domain(actor=owner, workspace=workspace, hostname="go.example.org", now=NOW)

    domains.add_domain(actor=stranger, workspace=stranger.personal_workspace, hostname="go.example.org", now=NOW)

    [lost] = AuditLog.objects.filter(action=AuditAction.DOMAIN_REMOVED)
    assert (lost.workspace_id, lost.actor_id) == (workspace.pk, None)


def test_what_the_back_office_has_services_do_is_recorded_once(link: Link) -> None:
    browser = Client()
    browser.force_login(User.objects.create_superuser("root@example.com", "x"))
    fields = {
        "destination_url": link.destination_url,
        "title": "Summer",
        "tag_names": "news",
        "is_active": "on",
        "rules-TOTAL_FORMS": 1,
        "rules-INITIAL_FORMS": 0,
        "rules-0-priority": 1,
        "rules-0-conditions": "[]",
        "rules-0-destination_url": "https://example.org/",
        "rules-0-weight": 1,
    }

    answer = browser.post(reverse("admin:links_link_change", args=[link.pk]), fields)
    browser.post(reverse("admin:links_link_changelist"), {"action": "delete_selected", "_selected_action": [link.pk], "post": "yes"})

    assert answer.status_code == 302
    assert [(found.action, found.via) for found in rows()] == [
        ("link.updated", "admin"),
        ("link.rules_changed", "admin"),
        ("link.deleted", "admin"),
    ]
