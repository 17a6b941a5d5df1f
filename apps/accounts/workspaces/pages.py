"""What the page of one workspace shows."""

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from apps.accounts import policy
from apps.accounts.models import Invitation, Membership, Role, User, Workspace
from apps.accounts.policy import Action
from apps.accounts.workspaces import selectors
from apps.accounts.workspaces.forms import InvitationForm, NameForm, RoleForm


@dataclass(frozen=True, slots=True)
class MemberRow:
    """A member, and what the reader may do with them: `role_form` is None when the role is not theirs to change."""

    membership: Membership
    is_reader: bool
    role_form: RoleForm | None
    may_become_owner: bool


def user_of(request: HttpRequest) -> User:
    """Who is logged in, behind `logged_in_only`."""
    assert isinstance(request.user, User)
    return request.user


def workspace_page(
    request: HttpRequest, workspace: Workspace, *, name_form: NameForm | None = None, invitation_form: InvitationForm | None = None
) -> HttpResponse:
    """The page, with a form that was not in order in place of a fresh one."""
    user = user_of(request)
    allowed = policy.allowed_actions(user, workspace.pk)
    members = list(selectors.list_members(actor=user, workspace=workspace))
    is_shared = workspace.personal_for_id is None
    manages = is_shared and Action.MEMBERS_MANAGE in allowed
    invitations: Sequence[Invitation] = list(selectors.list_invitations(actor=user, workspace=workspace)) if manages else []
    context: dict[str, Any] = {
        "workspace": workspace,
        "is_shared": is_shared,
        "rows": [_row(membership, user, allowed, is_shared=is_shared) for membership in members],
        "invitations": invitations,
        "name_form": (name_form or NameForm(initial={"name": workspace.name})) if Action.WORKSPACE_EDIT in allowed else None,
        "invitation_form": (invitation_form or InvitationForm()) if manages else None,
        "manages_keys": is_shared and Action.KEYS_MANAGE in allowed,
        "may_delete": is_shared and Action.WORKSPACE_DELETE in allowed,
    }
    in_order = not any(form and form.errors for form in (name_form, invitation_form))
    status = HTTPStatus.OK if in_order else HTTPStatus.UNPROCESSABLE_ENTITY
    return render(request, "accounts/workspaces/workspace.html", context, status=status)


def _row(membership: Membership, reader: User, allowed: frozenset[Action], *, is_shared: bool) -> MemberRow:
    is_reader = membership.user_id == reader.pk
    needed = {Action.MEMBERS_MANAGE, Action.OWNERS_MANAGE} if membership.role == Role.OWNER else {Action.MEMBERS_MANAGE}
    may_change = is_shared and needed <= allowed and not is_reader
    return MemberRow(
        membership=membership,
        is_reader=is_reader,
        role_form=RoleForm(initial={"role": membership.role}, auto_id=f"id_%s_{membership.pk}") if may_change else None,
        may_become_owner=may_change and membership.role == Role.ADMIN and Action.OWNERS_MANAGE in allowed,
    )
