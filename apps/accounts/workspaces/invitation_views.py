"""Inviting, and answering an invitation."""

from typing import Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.accounts.models import Invitation, Role, User
from apps.accounts.policy import Action
from apps.accounts.signup import invitations as sign_up
from apps.accounts.workspaces import current, invitations, selectors
from apps.accounts.workspaces.errors import InvitationRefused, WorkspaceRefused
from apps.accounts.workspaces.forms import InvitationForm
from apps.accounts.workspaces.pages import user_of, workspace_page
from apps.common.access import logged_in_only
from apps.common.errors import NotFound

_KEY: Final = "workspace_invitation"


@logged_in_only
@require_POST
def invite(request: HttpRequest, public_id: UUID) -> HttpResponse:
    user = user_of(request)
    workspace = selectors.get_workspace(actor=user, public_id=public_id, action=Action.MEMBERS_MANAGE)
    form = InvitationForm(request.POST)
    if form.is_valid():
        email, role = form.cleaned_data["email"], Role(form.cleaned_data["role"])
        try:
            invitations.invite(actor=user, workspace=workspace, email=email, role=role, now=timezone.now())
        except WorkspaceRefused as error:
            form.add_refusal(error)
        else:
            messages.success(request, _("Invitation sent to %(email)s.") % {"email": email})
            return redirect("workspaces:show", public_id)
    return workspace_page(request, workspace, invitation_form=form)


@logged_in_only
@require_POST
def send_again(request: HttpRequest, public_id: UUID, invitation_id: UUID) -> HttpResponse:
    invitation = _invitation(request, public_id, invitation_id)
    invitations.send_again(actor=user_of(request), invitation=invitation, now=timezone.now())
    messages.success(request, _("Invitation sent to %(email)s.") % {"email": invitation.email})
    return redirect("workspaces:show", public_id)


@logged_in_only
@require_POST
def revoke(request: HttpRequest, public_id: UUID, invitation_id: UUID) -> HttpResponse:
    invitation = _invitation(request, public_id, invitation_id)
    invitations.revoke(actor=user_of(request), invitation=invitation)
    messages.success(request, _("Invitation revoked."))
    return redirect("workspaces:show", public_id)


@require_safe
def open_invitation(request: HttpRequest, token: str) -> HttpResponse:
    """From the mail: the token goes into the session, so that no further page has it in its address."""
    request.session[_KEY] = token
    answer = redirect("workspaces:invitation")
    answer["Referrer-Policy"] = "no-referrer"
    return answer


@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest) -> HttpResponse:
    """What one is invited to, for whoever has the mail; accepted by whom it was sent to. Raises NotFound when it is not open."""
    token = str(request.session.get(_KEY, ""))
    invitation = selectors.invitation_of(token, now=timezone.now()) if token else None
    if invitation is None:
        raise NotFound(_("This invitation is not open any more. Ask for a new one."))
    user = request.user if isinstance(request.user, User) else None
    if user is not None and request.method == "POST":
        workspace = invitations.accept(user=user, token=token, now=timezone.now())
        del request.session[_KEY]
        current.choose(request, workspace)
        messages.success(request, _("You are a member of %(name)s now.") % {"name": workspace.name})
        return redirect("links:list")
    if user is None:
        # Whoever opened the mail may sign up with its address, even where sign-up is for those who are invited.
        sign_up.remember(request, invitation.email)
    context = {"invitation": invitation, "obstacle": _obstacle(invitation, user)}
    return render(request, "accounts/workspaces/invitation.html", context)


def _obstacle(invitation: Invitation, user: User | None) -> str:
    """Why `user` cannot accept, as a sentence; "" when nothing is in the way."""
    if user is None:
        return ""
    try:
        invitations.require_addressed(invitation, user)
    except InvitationRefused as error:
        return error.message
    return ""


def _invitation(request: HttpRequest, public_id: UUID, invitation_id: UUID) -> Invitation:
    user = user_of(request)
    workspace = selectors.get_workspace(actor=user, public_id=public_id, action=Action.MEMBERS_MANAGE)
    return selectors.get_invitation(actor=user, workspace=workspace, public_id=invitation_id)
