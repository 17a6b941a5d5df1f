"""On whose behalf a command works, and in which workspace."""

from dataclasses import dataclass
from uuid import UUID

from django.core.management.base import CommandError

from apps.accounts.models import Role, User, Workspace
from apps.accounts.policy import Action, visible_workspaces
from apps.common.errors import NotFound
from apps.links.selectors import default_workspace


@dataclass(frozen=True, slots=True)
class Whose:
    """Who acts, and where."""

    user: User
    workspace: Workspace


def whose(*, owner: str, workspace: str) -> Whose:
    """`owner` is an e-mail address, `workspace` an id or a name; one of them is enough. Raises CommandError, which names the argument."""
    if not owner and not workspace:
        raise CommandError("--owner or --workspace: say whose links are meant")
    user = _user(owner) if owner else None
    home = _workspace(workspace, user) if workspace else _usual(user)
    return Whose(user or _owner_of(home), home)


def _user(email: str) -> User:
    user = User.objects.filter(email__iexact=email, is_active=True).first()
    if user is None:
        raise CommandError(f"--owner: there is no active account {email!r}")
    return user


def _usual(user: User | None) -> Workspace:
    if user is None:
        raise CommandError("--owner: say whose links are meant")
    try:
        return default_workspace(user)
    except NotFound as error:
        raise CommandError(f"--owner: {error.message}") from None


def _workspace(text: str, user: User | None) -> Workspace:
    known = visible_workspaces(user, Action.LINK_VIEW) if user else Workspace.objects.all()
    try:
        found = list(known.filter(public_id=UUID(text)))
    except ValueError:
        found = list(known.filter(name=text)[:2])
    if len(found) != 1:
        raise CommandError(f"--workspace: {'several are' if found else 'none is'} called {text!r}; its id is on its page")
    return found[0]


def _owner_of(workspace: Workspace) -> User:
    owner = User.objects.filter(memberships__workspace=workspace, memberships__role=Role.OWNER, is_active=True).order_by("pk").first()
    if owner is None:
        raise CommandError("--owner: the workspace has no active owner; say who acts")
    return owner
