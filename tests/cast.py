"""The fixed cast: who tests act as. Every private page is tried by each of them.

`owner` owns a workspace of a team, `admin`, `editor` and `viewer` are team mates by role, `stranger` has
an account and nothing to do with the team, `anonymous` has none, `inactive` was an editor of the team
before the account was closed.
"""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client

from apps.accounts.models import Membership, Role, User, Workspace
from apps.accounts.policy import Actor

PASSWORD = "Correct horse battery staple 4"

LogIn = Callable[[User], Client]


@dataclass(frozen=True)
class Cast:
    """The team's workspace and everybody who may try to do something in it."""

    workspace: Workspace
    owner: User
    admin: User
    editor: User
    viewer: User
    stranger: User
    inactive: User
    anonymous: AnonymousUser

    def actor(self, name: str) -> Actor:
        actor: Actor = getattr(self, name)
        return actor


def make_user(name: str, **fields: bool | str) -> User:
    """A stored user `<name>@example.com` with the password PASSWORD and a personal workspace."""
    return User.objects.create_user(f"{name}@example.com", PASSWORD, **fields)


@pytest.fixture
def workspace(db: None) -> Workspace:
    """A workspace of a team, without anybody in it yet."""
    return Workspace.objects.create(name="Team")


@pytest.fixture
def owner(workspace: Workspace) -> User:
    return _member(workspace, "owner", Role.OWNER)


@pytest.fixture
def teammate(workspace: Workspace) -> Callable[[Role], User]:
    """Makes a member of the team with the role that is asked for."""
    return lambda role: _member(workspace, role.value, role)


@pytest.fixture
def stranger(db: None) -> User:
    return make_user("stranger")


@pytest.fixture
def anonymous() -> AnonymousUser:
    return AnonymousUser()


@pytest.fixture
def inactive(workspace: Workspace) -> User:
    user = _member(workspace, "inactive", Role.EDITOR)
    user.is_active = False
    user.save(update_fields=["is_active"])
    return user


@pytest.fixture
def cast(
    workspace: Workspace,
    owner: User,
    teammate: Callable[[Role], User],
    stranger: User,
    inactive: User,
    anonymous: AnonymousUser,
) -> Cast:
    """All of them at once."""
    return Cast(
        workspace=workspace,
        owner=owner,
        admin=teammate(Role.ADMIN),
        editor=teammate(Role.EDITOR),
        viewer=teammate(Role.VIEWER),
        stranger=stranger,
        inactive=inactive,
        anonymous=anonymous,
    )


@pytest.fixture
def logged_in() -> LogIn:
    """A browser with a session of the user that is given."""

    def log_in(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return log_in


def _member(workspace: Workspace, name: str, role: Role) -> User:
    user = make_user(name)
    Membership.objects.create(workspace=workspace, user=user, role=role)
    return user
