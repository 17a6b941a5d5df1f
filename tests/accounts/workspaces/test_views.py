"""Pages of workspaces: what each role sees there, and what becomes of what they send."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from apps.accounts.models import Invitation, Membership, Role, User, Workspace
from apps.accounts.workspaces import invitations, services
from tests.accounts.matrix import browser
from tests.cast import Cast, make_user

pytestmark = pytest.mark.django_db
# The user and the workspace; the reader's role, each time that the policy is asked; members, and invitations.
PAGE = 8
# The user, the workspace that pages are about, and memberships with their workspaces and numbers of members.
LIST = 3


def member(cast: Cast, user: User) -> Membership:
    return Membership.objects.get(workspace=cast.workspace, user=user)


def address(name: str, cast: Cast, of: User | None = None) -> str:
    more = [member(cast, of).pk] if of else []
    return reverse(f"workspaces:{name}", args=[cast.workspace.public_id, *more])


def shown(client: Client, cast: Cast) -> str:
    return client.get(address("show", cast)).content.decode()


def told(answer: object) -> list[str]:
    """What the page after a form says."""
    return [str(message) for message in answer.context["messages"]]  # type: ignore[attr-defined]


def test_a_new_role_is_set_on_the_page(cast: Cast) -> None:
    answer = browser(cast, cast.admin).post(address("role", cast, cast.viewer), {"role": "editor"}, follow=True)

    assert member(cast, cast.viewer).role == Role.EDITOR
    assert told(answer) == ["The new role of viewer@example.com holds from now on."]


@pytest.mark.parametrize("role", ["owner", "boss", ""])
def test_what_is_no_role_to_be_given_is_refused(cast: Cast, role: str) -> None:
    answer = browser(cast, cast.owner).post(address("role", cast, cast.viewer), {"role": role}, follow=True)

    assert member(cast, cast.viewer).role == Role.VIEWER
    assert told(answer) == ["Choose one of the roles."]


def test_the_only_owner_is_told_why_the_role_stays(cast: Cast) -> None:
    answer = browser(cast, cast.owner).post(address("role", cast, cast.owner), {"role": "viewer"}, follow=True)

    assert member(cast, cast.owner).role == Role.OWNER
    assert told(answer) == ["This is the only owner. Transfer the ownership to an admin first."]


def test_members_are_removed_on_the_page(cast: Cast) -> None:
    browser(cast, cast.admin).post(address("remove", cast, cast.editor))

    assert not Membership.objects.filter(workspace=cast.workspace, user=cast.editor).exists()


def test_who_leaves_is_led_to_the_other_workspaces(cast: Cast) -> None:
    client = browser(cast, cast.editor)
    answer = client.post(address("leave", cast), follow=True)

    assert answer.redirect_chain == [(reverse("workspaces:list"), 302)]
    assert told(answer) == ["You have left Team."]
    assert client.get(address("show", cast)).status_code == 404


def test_the_only_owner_is_told_why_leaving_does_not_work(cast: Cast) -> None:
    answer = browser(cast, cast.owner).post(address("leave", cast), follow=True)

    assert told(answer) == ["This is the only owner. Transfer the ownership to an admin first."]
    assert member(cast, cast.owner).role == Role.OWNER


def test_a_workspace_is_handed_to_an_admin(cast: Cast) -> None:
    client = browser(cast, cast.owner)
    page = client.get(address("transfer", cast, cast.admin)).content.decode()
    answer = client.post(address("transfer", cast, cast.admin), follow=True)

    assert "admin@example.com becomes an owner at once" in page
    assert told(answer) == ["admin@example.com is an owner now."]
    assert (member(cast, cast.admin).role, member(cast, cast.owner).role) == (Role.OWNER, Role.ADMIN)


def test_a_workspace_can_have_two_owners(cast: Cast) -> None:
    browser(cast, cast.owner).post(address("transfer", cast, cast.admin), {"stay_owner": "on"})

    assert (member(cast, cast.admin).role, member(cast, cast.owner).role) == (Role.OWNER, Role.OWNER)


def test_a_workspace_is_handed_to_no_editor(cast: Cast) -> None:
    answer = browser(cast, cast.owner).post(address("transfer", cast, cast.editor))

    assert answer.status_code == 422
    assert "Only an admin of the workspace can become its owner." in answer.content.decode()


def test_handing_over_and_deleting_ask_for_the_password_once_more(cast: Cast) -> None:
    client = Client()
    client.force_login(cast.owner)

    for path in (address("transfer", cast, cast.admin), address("delete", cast)):
        assert client.post(path)["Location"].startswith(reverse("account_reauthenticate"))
    assert member(cast, cast.owner).role == Role.OWNER
    assert Workspace.objects.get(pk=cast.workspace.pk).deleted_at is None


def test_a_workspace_is_deleted_by_its_name(cast: Cast) -> None:
    client = browser(cast, cast.owner)
    refused = client.post(address("delete", cast), {"confirmation": "team"})
    answer = client.post(address("delete", cast), {"confirmation": "Team"}, follow=True)

    assert refused.status_code == 422
    assert "This is not the name of the workspace." in refused.content.decode()
    assert told(answer) == ["Workspace deleted."]
    assert client.get(address("show", cast)).status_code == 404
    assert "Team" not in client.get(reverse("workspaces:list")).content.decode()


def test_a_personal_workspace_offers_no_way_out(cast: Cast) -> None:
    client, own = browser(cast, cast.stranger), cast.stranger.personal_workspace
    page = client.get(reverse("workspaces:show", args=[own.public_id])).content.decode()

    assert "nobody else can belong to it" in page
    assert "Leave this workspace" not in page
    assert "Delete workspace" not in page
    assert client.get(reverse("workspaces:delete", args=[own.public_id])).status_code == 409


@pytest.mark.parametrize(
    ("name", "offers"),
    [
        ("owner", {"Set role", "Remove", "Make owner", "Send invitation", "Save", "Leave this workspace", "Delete workspace"}),
        ("admin", {"Set role", "Remove", "Send invitation", "Save", "Leave this workspace"}),
        ("editor", {"Leave this workspace"}),
        ("viewer", {"Leave this workspace"}),
    ],
)
def test_each_role_is_offered_what_it_may_do(cast: Cast, name: str, offers: set[str]) -> None:
    page = shown(browser(cast, getattr(cast, name)), cast)
    words = {"Set role", "Remove", "Make owner", "Send invitation", "Save", "Leave this workspace", "Delete workspace"}

    assert {word for word in words if f">{word}" in page} == offers


def test_the_page_of_a_workspace_costs_as_much_with_many_members(cast: Cast, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    for number in range(10):
        Membership.objects.create(workspace=cast.workspace, user=make_user(f"m{number}"), role=Role.EDITOR)
        invitations.invite(actor=cast.owner, workspace=cast.workspace, email=f"i{number}@example.com", role=Role.VIEWER, now=timezone.now())
    client = browser(cast, cast.owner)
    shown(client, cast)

    with django_assert_num_queries(PAGE):
        assert shown(client, cast).count("m9@example.com") > 0
    assert Invitation.objects.count() == 10


def test_the_list_of_workspaces_costs_as_much_with_many(cast: Cast, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    for number in range(10):
        services.create_workspace(actor=cast.owner, name=f"Team {number}")
    client = browser(cast, cast.owner)
    client.get(reverse("workspaces:list"))

    with django_assert_num_queries(LIST):
        assert client.get(reverse("workspaces:list")).content.decode().count("Team ") >= 10
