"""Reads about workspaces, each limited to what the actor may see."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import Case, Count, IntegerField, QuerySet, Value, When
from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from apps.accounts import policy
from apps.accounts.models import Invitation, Membership, Role, User, Workspace
from apps.accounts.policy import Action, Actor
from apps.accounts.workspaces.tokens import hashed
from apps.common.errors import NotFound

_RANKS = Case(*(When(role=role, then=Value(rank)) for rank, role in enumerate(Role.values)), output_field=IntegerField())


def memberships_of(user: User) -> QuerySet[Membership]:
    """What `user` belongs to, with workspaces and their `people`: the personal one first, then by name."""
    memberships = Membership.objects.filter(user=user).select_related("workspace")
    return memberships.annotate(people=Count("workspace__memberships")).order_by(
        Case(When(workspace__personal_for=user, then=Value(0)), default=Value(1)), Lower("workspace__name"), "pk"
    )


def get_workspace(*, actor: Actor, public_id: UUID, action: Action = Action.MEMBERS_VIEW) -> Workspace:
    """The workspace of this id. Raises NotFound, alike for one that is not there and one of others, and
    PermissionDenied when `actor` may see it but not do `action`."""
    workspace = Workspace.objects.filter(public_id=public_id).first()
    if workspace is None:
        raise NotFound(_("There is no such thing here."))
    policy.require_in_workspace(actor, action, workspace)
    return workspace


def list_members(*, actor: Actor, workspace: Workspace) -> QuerySet[Membership]:
    """Members with their users, owners first, then by e-mail address. Raises NotFound and PermissionDenied."""
    policy.require_in_workspace(actor, Action.MEMBERS_VIEW, workspace)
    return Membership.objects.filter(workspace=workspace).select_related("user").order_by(_RANKS, "user__email")


def get_membership(*, actor: Actor, workspace: Workspace, pk: int, action: Action = Action.MEMBERS_VIEW) -> Membership:
    """One member of `workspace`. Raises NotFound and PermissionDenied."""
    policy.require_in_workspace(actor, action, workspace)
    membership = Membership.objects.filter(workspace=workspace, pk=pk).select_related("user").first()
    if membership is None:
        raise NotFound(_("There is no such thing here."))
    return membership


def list_invitations(*, actor: Actor, workspace: Workspace) -> QuerySet[Invitation]:
    """Open invitations, expired ones among them, the newest first. Raises NotFound and PermissionDenied."""
    policy.require_in_workspace(actor, Action.MEMBERS_MANAGE, workspace)
    return Invitation.objects.filter(workspace=workspace).order_by("-created_at", "-pk")


def get_invitation(*, actor: Actor, workspace: Workspace, public_id: UUID) -> Invitation:
    """One open invitation of `workspace`. Raises NotFound and PermissionDenied."""
    found = list_invitations(actor=actor, workspace=workspace).filter(public_id=public_id).first()
    if found is None:
        raise NotFound(_("There is no such thing here."))
    return found


def invitation_of(token: str, *, now: datetime) -> Invitation | None:
    """The invitation that `token`, out of a mail, opens; None for unknown, used, revoked and expired ones alike."""
    found = Invitation.objects.select_related("workspace", "invited_by")
    return found.filter(token_hash=hashed(token), expires_at__gt=now).first()


def sole_owners(workspace: Workspace) -> Sequence[int]:
    """Ids of the users who own `workspace`, when it is only one of them."""
    owners = list(Membership.objects.filter(workspace=workspace, role=Role.OWNER).values_list("user_id", flat=True)[:2])
    return owners if len(owners) == 1 else []
