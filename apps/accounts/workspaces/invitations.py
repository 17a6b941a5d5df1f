"""Writes about invitations: they are for one e-mail address, can be used once, and expire.

Inviting, sending again and revoking raise NotFound or PermissionDenied when the actor may not.
"""

from datetime import datetime, timedelta
from functools import partial
from typing import Final

from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.accounts import policy
from apps.accounts.audit.actions import AuditAction
from apps.accounts.audit.recording import record
from apps.accounts.models import Invitation, Membership, Role, User, Workspace
from apps.accounts.policy import Action
from apps.accounts.workspaces import selectors
from apps.accounts.workspaces.errors import InvitationRefused, WorkspaceRefused
from apps.accounts.workspaces.services import locked, require_shared
from apps.accounts.workspaces.tokens import hashed, new_token
from apps.common.errors import NotFound

GOOD_FOR: Final = timedelta(days=7)
# Open at a time in one workspace: nobody sends mails to the whole world from here.
MOST: Final = 100


@transaction.atomic
def invite(*, actor: User, workspace: Workspace, email: str, role: Role, now: datetime) -> Invitation:
    """An invitation, sent by mail; for an address that has one already, a new one in its place.

    Raises WorkspaceRefused: `personal_workspace`, `owner_role`, `already_member`, or `too_many_invitations`.
    """
    current = locked(workspace)
    policy.require_in_workspace(actor, Action.MEMBERS_MANAGE, current)
    require_shared(current)
    if role == Role.OWNER:
        raise WorkspaceRefused(_("Owners are made of members: invite an admin first."), code="owner_role", field="role")
    address = email.strip().lower()
    if Membership.objects.filter(workspace=current, user__email=address).exists():
        raise WorkspaceRefused(_("This person is a member already."), code="already_member", field="email")
    Invitation.objects.filter(workspace=current, email=address).delete()
    if Invitation.objects.filter(workspace=current).count() >= MOST:
        message = _("Too many invitations are open. Revoke some first.")
        raise WorkspaceRefused(message, code="too_many_invitations")
    invitation = Invitation(workspace=current, email=address, role=role, invited_by=actor, created_at=now)
    _send(invitation, actor=actor, now=now)
    return invitation


@transaction.atomic
def send_again(*, actor: User, invitation: Invitation, now: datetime) -> None:
    """A new mail with a new token; the old one is void. Raises NotFound when it is not open any more."""
    current = _open(actor, invitation)
    _send(current, actor=actor, now=now)


@transaction.atomic
def revoke(*, actor: User, invitation: Invitation) -> None:
    """Void, at once. Raises NotFound when it is not open any more."""
    current = _open(actor, invitation)
    record(action=AuditAction.INVITATION_REVOKED, actor=actor, target=current, before={"role": current.role})
    current.delete()


@transaction.atomic
def accept(*, user: User, token: str, now: datetime) -> Workspace:
    """Make `user` a member of the workspace that `token` is for; the invitation is used up.

    Who is a member already keeps the role. Raises NotFound for a token that is unknown, used, revoked or
    expired, and InvitationRefused `other_email` or `email_not_verified`.
    """
    found = selectors.invitation_of(token, now=now)
    if found is None:
        raise NotFound(_("This invitation is not open any more. Ask for a new one."))
    workspace = locked(found.workspace)
    invitation = Invitation.objects.select_for_update().filter(pk=found.pk, token_hash=hashed(token)).first()
    if invitation is None:
        raise NotFound(_("This invitation is not open any more. Ask for a new one."))
    require_addressed(invitation, user)
    membership, is_new = Membership.objects.get_or_create(workspace=workspace, user=user, defaults={"role": invitation.role})
    record(action=AuditAction.INVITATION_ACCEPTED, actor=user, target=invitation)
    if is_new:
        after = {"role": membership.role}
        record(action=AuditAction.MEMBER_ADDED, actor=user, target=membership, target_label=str(user), after=after)
    invitation.delete()
    return workspace


def require_addressed(invitation: Invitation, user: User) -> None:
    """Raises InvitationRefused unless the invitation went to `user`, at an address that is verified."""
    if user.email != invitation.email:
        message = _("This invitation went to another e-mail address. Log in with the account of that address.")
        raise InvitationRefused(message, code="other_email")
    if not EmailAddress.objects.filter(user=user, email__iexact=invitation.email, verified=True).exists():
        message = _("Verify your e-mail address first, by the link in the mail that we sent.")
        raise InvitationRefused(message, code="email_not_verified")


def _open(actor: User, invitation: Invitation) -> Invitation:
    """The invitation as it is now, if `actor` may change it."""
    workspace = locked(invitation.workspace)
    return selectors.get_invitation(actor=actor, workspace=workspace, public_id=invitation.public_id)


def _send(invitation: Invitation, *, actor: User, now: datetime) -> None:
    token = new_token()
    invitation.token_hash, invitation.expires_at = hashed(token), now + GOOD_FOR
    if invitation._state.adding:
        invitation.save(force_insert=True)
    else:
        invitation.save(update_fields=["token_hash", "expires_at"])
    after = {"role": invitation.role, "expires_at": invitation.expires_at}
    record(action=AuditAction.INVITATION_SENT, actor=actor, target=invitation, after=after)
    values = {
        "invitation_url": reverse("workspaces:open_invitation", args=[token]),
        "workspace": invitation.workspace.name,
        "inviter": actor.short_name,
        "expires_at": invitation.expires_at,
    }
    transaction.on_commit(partial(get_adapter().send_mail, "accounts/workspaces/email/invitation", invitation.email, values))
