"""Users and workspaces in the back office."""

import re

import pytest
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from apps.accounts import groups
from apps.accounts.models import Membership, Role, User, Workspace
from tests.cast import LogIn, make_user

pytestmark = pytest.mark.django_db

USERS = reverse("admin:accounts_user_changelist")
WORKSPACES = reverse("admin:accounts_workspace_changelist")
MEMBERSHIPS = reverse("admin:accounts_membership_changelist")


@pytest.fixture
def superuser() -> User:
    return User.objects.create_superuser("root@example.com", "x")


def staff(group: str) -> User:
    user = make_user(group, is_staff=True)
    user.groups.add(Group.objects.get(name=group))
    return user


def change_page(user: User | Workspace) -> str:
    return reverse(f"admin:accounts_{user._meta.model_name}_change", args=[user.pk])


def test_the_back_office_has_no_log_in_of_its_own() -> None:
    asked = Client().get(USERS, {"q": "ann"}, follow=True)

    assert asked.redirect_chain[-1][0].startswith(reverse("account_login"))
    assert "next=" in asked.redirect_chain[-1][0]
    assert 'name="next" value="/admin/accounts/user/?q=ann"' in asked.content.decode()


def test_people_who_do_not_work_there_are_refused(logged_in: LogIn, stranger: User) -> None:
    assert logged_in(stranger).get("/admin/", follow=True).status_code == 403


def test_users_are_found_by_address(logged_in: LogIn, superuser: User) -> None:
    make_user("ann")
    make_user("bob")
    page = logged_in(superuser).get(USERS, {"q": "ann@"}).content.decode()

    assert "ann@example.com" in page
    assert "bob@example.com" not in page


@pytest.mark.parametrize("url", [USERS, WORKSPACES, MEMBERSHIPS])
def test_a_list_costs_the_same_number_of_queries_however_long_it_is(
    logged_in: LogIn, superuser: User, django_assert_num_queries: DjangoAssertNumQueries, url: str
) -> None:
    client = logged_in(superuser)
    for number in range(30):
        make_user(f"user-{number}").groups.add(*Group.objects.all())
    # The user, the count, the rows; for users also the groups of the filter. The session is in the cache.
    with django_assert_num_queries({USERS: 4, WORKSPACES: 3, MEMBERSHIPS: 3}[url]):
        assert client.get(url).status_code == 200


def test_a_workspace_with_many_members_costs_no_query_each(
    logged_in: LogIn, superuser: User, workspace: Workspace, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = logged_in(superuser)
    for number in range(20):
        Membership.objects.create(workspace=workspace, user=make_user(f"user-{number}"), role=Role.VIEWER)

    ContentType.objects.clear_cache()
    # The user, the workspace, its content type, the members.
    with django_assert_num_queries(4):
        assert "user-19@example.com" in client.get(change_page(workspace)).content.decode()


def test_members_are_added_there(logged_in: LogIn, superuser: User, stranger: User, workspace: Workspace) -> None:
    answer = logged_in(superuser).post(
        reverse("admin:accounts_membership_add"), {"user": stranger.pk, "workspace": workspace.pk, "role": "viewer"}
    )

    assert answer.status_code == 302
    assert workspace.memberships.get(user=stranger).role == Role.VIEWER


def test_the_page_of_a_user_shows_no_part_of_the_password(logged_in: LogIn, superuser: User, stranger: User) -> None:
    page = logged_in(superuser).get(change_page(stranger)).content.decode()

    _algorithm, salt, digest = stranger.password.split("$")
    assert salt not in page
    assert digest[:6] not in page
    assert not re.search(r'name="(password|email|created_at|updated_at|last_login)"', page)
    assert 'name="groups"' in page


def test_a_user_made_there_has_a_personal_workspace(logged_in: LogIn, superuser: User) -> None:
    answer = logged_in(superuser).post(
        reverse("admin:accounts_user_add"),
        {
            "email": "New@Example.com",
            "full_name": "",
            "usable_password": "true",
            "password1": "Correct horse 1",
            "password2": "Correct horse 1",
        },
    )

    assert answer.status_code == 302
    user = User.objects.get(email="new@example.com")
    assert user.personal_workspace.memberships.get().role == Role.OWNER
    assert user.check_password("Correct horse 1")


def test_an_address_in_use_is_refused_there_too(logged_in: LogIn, superuser: User, stranger: User) -> None:
    answer = logged_in(superuser).post(
        reverse("admin:accounts_user_add"),
        {"email": "Stranger@Example.com", "usable_password": "true", "password1": "Correct horse 1", "password2": "Correct horse 1"},
    )

    assert "This e-mail address is in use." in answer.content.decode()


def test_a_user_is_closed_and_given_a_group_there(logged_in: LogIn, superuser: User, stranger: User) -> None:
    moderator = Group.objects.get(name=groups.MODERATOR)
    answer = logged_in(superuser).post(change_page(stranger), {"full_name": "Sam", "is_staff": "on", "groups": [moderator.pk]})

    assert answer.status_code == 302
    stranger.refresh_from_db()
    assert (stranger.full_name, stranger.is_active, stranger.is_staff) == ("Sam", False, True)
    assert list(stranger.groups.all()) == [moderator]


def test_moderators_look_and_do_not_touch(logged_in: LogIn, stranger: User) -> None:
    client = logged_in(staff(groups.MODERATOR))

    assert client.get(USERS).status_code == 200
    assert client.get(change_page(stranger)).status_code == 200
    assert client.post(change_page(stranger), {"full_name": "Sam"}).status_code == 403
    assert client.get(reverse("admin:accounts_user_add")).status_code == 403
    assert client.get(reverse("admin:auth_group_changelist")).status_code == 403


def test_admins_cannot_make_themselves_or_others_superusers(logged_in: LogIn, stranger: User) -> None:
    admin = staff(groups.ADMIN)
    client = logged_in(admin)
    for user in (admin, stranger):
        client.post(change_page(user), {"full_name": "", "is_active": "on", "is_staff": "on", "is_superuser": "on"})

    assert not User.objects.filter(is_superuser=True).exists()


def test_admins_cannot_take_over_a_superuser(logged_in: LogIn, superuser: User) -> None:
    client = logged_in(staff(groups.ADMIN))

    assert client.post(change_page(superuser), {"full_name": "x"}).status_code == 403
    assert client.get(reverse("admin:auth_user_password_change", args=[superuser.pk])).status_code == 403


def test_nobody_deletes_users_or_workspaces_there(logged_in: LogIn, superuser: User, stranger: User) -> None:
    client = logged_in(superuser)

    for thing in (stranger, stranger.personal_workspace):
        assert client.post(reverse(f"admin:accounts_{thing._meta.model_name}_delete", args=[thing.pk])).status_code == 403
