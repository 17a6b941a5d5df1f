from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from apps.accounts import policy
from apps.accounts.models import User, Workspace
from apps.accounts.policy import Action, BackOffice
from apps.events.models import OutboxEvent
from apps.links.domains import default_domain
from apps.links.models import Domain, Link, Tag
from apps.links.search.postgresql.writing import write
from tests.links.conftest import NOW
from tests.shared_data import shared_json

pytestmark = pytest.mark.django_db
MakeLink = Callable[..., Link]
LIST = "admin:links_link_changelist"
NO_RULES = {"rules-TOTAL_FORMS": "0", "rules-INITIAL_FORMS": "0"}


@pytest.fixture
def moderator(db: None) -> User:
    user = User.objects.create_user("moderator@example.com", "correct horse", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(content_type__app_label="links"))
    return user


@pytest.fixture
def office(moderator: User, client: Client) -> Client:
    client.force_login(moderator)
    return client


def form_of(link: Link, **changes: str) -> dict[str, str]:
    data = {"destination_url": link.destination_url, "title": link.title, "tag_names": "", "is_active": "on"} | NO_RULES
    data |= {f"{name}_{part}": "" for name in ("valid_from", "expires_at") for part in (0, 1)}
    return {name: value for name, value in (data | changes).items() if value != "off"}


def test_a_row_shows_where_a_link_leads_as_text_only(office: Client, make_link: MakeLink, owner: User) -> None:
    make_link(code="abc", destination_url="https://xn--80ak6aa92e.com/<script>", title="x")

    page = office.get(reverse(LIST)).content.decode()

    for text in ("/abc", "xn--80ak6aa92e.com", owner.email):
        assert text in page
    assert 'href="https://xn--' not in page
    assert "<script>alert" not in page


def test_the_list_takes_as_many_queries_whatever_its_length(
    office: Client, make_link: MakeLink, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    # User, permissions (2), the domains to filter by, number of rows, rows; the session is cached.
    for _ in range(3):
        make_link(tags=["a"])
        with django_assert_num_queries(6):
            assert office.get(reverse(LIST)).status_code == 200


def test_links_are_found_by_code_destination_and_state(office: Client, make_link: MakeLink) -> None:
    make_link(code="first")
    Link.objects.filter(pk=make_link(code="second", destination_url="https://example.org/").pk).update(is_active=False)
    write(Link.objects.values_list("pk", flat=True))

    def shown(**query: str) -> set[str]:
        page = office.get(reverse(LIST), query)
        return {link.code for link in page.context["cl"].result_list}

    assert shown() == {"first", "second"}
    assert shown(q="firs") == {"first"}
    assert shown(q="example.org") == {"second"}
    assert shown(state="disabled") == {"second"}
    assert shown(state="deleted") == set()
    Link.objects.update(is_active=True, max_clicks=5, redirects_used=5)
    assert shown(state="used_up") == {"first", "second"}
    assert '<td class="field-state">used up</td>' in office.get(reverse(LIST)).content.decode()
    for text in shared_json("naughty-strings/blns.json")[::4]:
        assert office.get(reverse(LIST), {"q": text.encode("utf-8", "replace").decode()}).status_code in {200, 302}


def test_saving_goes_through_the_service(office: Client, make_link: MakeLink) -> None:
    link = make_link(code="abc", title="Old", tags=["a"])
    url = reverse("admin:links_link_change", args=[link.pk])

    answer = office.post(url, form_of(link, destination_url="example.org/new", title="New", tag_names="b, c", is_active="off"))

    assert answer.status_code == 302
    link.refresh_from_db()
    assert (link.destination_url, link.title, link.is_active, link.version) == ("https://example.org/new", "New", False, 3)
    assert sorted(tag.name for tag in link.tags.all()) == ["b", "c"]
    assert [event.topic for event in OutboxEvent.objects.order_by("id")] == [
        "url_created_events",
        "url_updated_events",
        "url_updated_events",
    ]


def test_saving_without_a_change_writes_nothing(office: Client, make_link: MakeLink) -> None:
    link = make_link(code="abc", tags=["a"])

    assert office.post(reverse("admin:links_link_change", args=[link.pk]), form_of(link, tag_names="a")).status_code == 302

    assert Link.objects.get(pk=link.pk).version == 1


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"destination_url": "javascript:alert(1)"}, "Only web addresses"),
        ({"title": "x" * 201}, "at most 200"),
        ({"tag_names": "x" * 51}, "at most 50"),
        ({"expires_at_0": "2020-01-01", "expires_at_1": "00:00"}, "This time has passed"),
    ],
)
def test_bad_input_comes_back_with_its_reason(office: Client, make_link: MakeLink, changes: dict[str, str], message: str) -> None:
    link = make_link()

    answer = office.post(reverse("admin:links_link_change", args=[link.pk]), form_of(link, **changes))

    assert answer.status_code == 200
    assert message in answer.content.decode()
    assert Link.objects.get(pk=link.pk).version == 1


@pytest.mark.parametrize("code", ["", "custom"])
def test_a_link_can_be_added(office: Client, workspace: Workspace, moderator: User, code: str) -> None:
    data = {"workspace": str(workspace.pk), "domain": str(default_domain().pk), "code": code, "destination_url": "example.com", "title": ""}
    data |= {"tag_names": "a", "valid_from_0": "", "valid_from_1": "", "expires_at_0": "", "expires_at_1": ""}

    data |= NO_RULES
    answer = office.post(reverse("admin:links_link_add"), data)

    assert answer.status_code == 302, answer.context["adminform"].form.errors
    link = Link.objects.get()
    assert (link.owner, link.workspace, link.code == (code or link.code)) == (moderator, workspace, True)
    assert office.post(reverse("admin:links_link_add"), data | {"code": link.code}).status_code == 200
    assert office.post(reverse("admin:links_link_add"), data | {"code": "Admin"}).status_code == 200
    assert Link.objects.count() == 1


def test_deleting_keeps_the_row(office: Client, make_link: MakeLink) -> None:
    link = make_link(tags=["a"])
    url = reverse("admin:links_link_delete", args=[link.pk])

    assert "tag of a link" not in office.get(url).content.decode()
    assert office.post(url, {"post": "yes"}).status_code == 302

    link.refresh_from_db()
    assert link.deleted_at is not None
    assert office.get(reverse("admin:links_link_change", args=[link.pk])).status_code == 200
    assert office.post(reverse("admin:links_link_change", args=[link.pk]), form_of(link, title="New")).status_code == 403


def test_actions_work_on_many_links_through_the_services(office: Client, make_link: MakeLink) -> None:
    links = [make_link(), make_link()]

    def act(name: str) -> None:
        data = {"action": name, "_selected_action": [str(link.pk) for link in links], "post": "yes"}
        assert office.post(reverse(LIST), data).status_code == 302

    def states() -> set[str]:
        return {link.state_at(timezone.now()) for link in Link.objects.all()}

    act("disable")
    assert states() == {"disabled"}
    act("enable")
    assert states() == {"active"}
    act("delete_selected")
    assert states() == {"deleted"}
    act("disable")
    assert states() == {"deleted"}
    act("restore")
    assert states() == {"active"}
    assert OutboxEvent.objects.filter(topic="url_deleted_events").count() == 2


def test_actions_leave_banned_links_as_they_are_and_say_so(office: Client, make_link: MakeLink) -> None:
    banned, other = make_link(), make_link()
    Link.objects.filter(pk=banned.pk).update(banned_at=NOW, ban_reason="phishing")

    data = {"action": "disable", "_selected_action": [str(banned.pk), str(other.pk)]}
    page = office.post(reverse(LIST), data, follow=True).content.decode()

    assert "1 blocked link was left as it is." in page
    assert "1 link was handled." in page
    assert list(Link.objects.order_by("pk").values_list("is_active", flat=True)) == [True, False]
    assert "phishing" in office.get(reverse("admin:links_link_change", args=[banned.pk])).content.decode()


def test_flagged_links_are_found(office: Client, make_link: MakeLink) -> None:
    flagged = make_link(code="flagged")
    make_link(code="harmless")
    Link.objects.filter(pk=flagged.pk).update(flagged_at=NOW, flag_reason="looks like a bank")

    def shown(choice: str) -> set[str]:
        return {link.code for link in office.get(reverse(LIST), {"flagged": choice}).context["cl"].result_list}

    assert (shown("yes"), shown("no"), shown("")) == ({"flagged"}, {"harmless"}, {"flagged", "harmless"})


def test_a_moderator_without_the_permission_may_only_look(office: Client, moderator: User, make_link: MakeLink) -> None:
    moderator.user_permissions.set(Permission.objects.filter(codename="view_link"))
    link = make_link(expires_at=NOW + timedelta(days=9))

    assert office.get(reverse("admin:links_link_change", args=[link.pk])).status_code == 200
    assert office.post(reverse("admin:links_link_change", args=[link.pk]), form_of(link, title="New")).status_code == 403
    assert office.post(reverse("admin:links_link_delete", args=[link.pk]), {"post": "yes"}).status_code == 403


def test_domains_are_added_in_their_one_spelling_and_the_default_one_stays(office: Client) -> None:
    add = reverse("admin:links_domain_add")
    assert office.post(add, {"hostname": "Bücher.Example."}).status_code == 302
    assert Domain.objects.filter(hostname="xn--bcher-kva.example", is_default=False).exists()
    for bad in ("a/b", "xn--bcher-kva.example", ""):
        assert office.post(add, {"hostname": bad}).status_code == 200

    default = default_domain()
    assert office.get(reverse("admin:links_domain_changelist")).status_code == 200
    assert office.get(reverse("admin:links_domain_change", args=[default.pk])).status_code == 200
    assert office.post(reverse("admin:links_domain_delete", args=[default.pk]), {"post": "yes"}).status_code == 403


def test_tags_can_be_looked_up(office: Client, make_link: MakeLink) -> None:
    make_link(tags=["news"])

    page = office.get(reverse("admin:links_tag_changelist"), {"q": "new"})

    assert "news" in page.content.decode()
    assert office.get(reverse("admin:links_tag_change", args=[Tag.objects.get().pk])).status_code == 200
    assert office.get(reverse("admin:links_tag_add")).status_code == 403


def test_a_moderator_is_like_others_outside_the_back_office(moderator: User, make_link: MakeLink) -> None:
    link = make_link()

    for action in (Action.LINK_VIEW, Action.LINK_EDIT):
        assert not policy.may(moderator, action, link)
        assert policy.may(BackOffice(moderator), action, link)
    assert not policy.may(BackOffice(moderator), Action.ANALYTICS_VIEW, link)


def test_only_staff_with_a_permission_act_in_the_back_office(moderator: User, stranger: User, make_link: MakeLink) -> None:
    link = make_link()
    stranger.user_permissions.set(moderator.user_permissions.all())
    assert not policy.may(BackOffice(stranger), Action.LINK_VIEW, link)
    assert list(policy.visible_workspaces(BackOffice(stranger), Action.LINK_VIEW)) == []
    assert link.workspace in policy.visible_workspaces(BackOffice(moderator), Action.LINK_VIEW)

    moderator.is_active = False
    assert not policy.may(BackOffice(moderator), Action.LINK_VIEW, link)


def test_moderators_block_and_warn_with_a_reason(office: Client, make_link: MakeLink) -> None:
    link = make_link()

    def act(action: str, reason: str = "") -> str:
        chosen = {"action": action, "_selected_action": [link.pk], "reason": reason}
        page = office.post(reverse("admin:links_link_changelist"), chosen, follow=True)
        link.refresh_from_db()
        return page.content.decode()

    assert "Say why" in act("ban")
    assert link.banned_at is None
    act("ban", "phishing")
    assert (link.banned_at is not None, link.ban_reason) == (True, "phishing")
    act("unban")
    assert (link.banned_at, link.ban_reason) == (None, "")
    act("flag", "odd host")
    assert (link.flagged_at is not None, link.flag_reason) == (True, "odd host")
    assert "1 link was handled" in act("unflag")
    assert link.flagged_at is None
