"""What becomes of members."""

from http import HTTPStatus
from uuid import UUID

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from apps.accounts.models import Membership, Role
from apps.accounts.policy import Action
from apps.accounts.workspaces import members, selectors
from apps.accounts.workspaces.errors import WorkspaceRefused
from apps.accounts.workspaces.forms import RoleForm, TransferForm
from apps.accounts.workspaces.pages import user_of
from apps.common.access import logged_in_only


@logged_in_only
@require_POST
def change_role(request: HttpRequest, public_id: UUID, pk: int) -> HttpResponse:
    membership = _member(request, public_id, pk, Action.MEMBERS_MANAGE)
    form = RoleForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose one of the roles."))
        return redirect("workspaces:show", public_id)
    try:
        members.change_role(actor=user_of(request), membership=membership, role=Role(form.cleaned_data["role"]))
    except WorkspaceRefused as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("The new role of %(member)s holds from now on.") % {"member": membership.user})
    return redirect("workspaces:show", public_id)


@logged_in_only
@require_POST
def remove(request: HttpRequest, public_id: UUID, pk: int) -> HttpResponse:
    membership = _member(request, public_id, pk, Action.MEMBERS_MANAGE)
    try:
        members.remove_member(actor=user_of(request), membership=membership)
    except WorkspaceRefused as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("%(member)s is no longer a member.") % {"member": membership.user})
    return redirect("workspaces:show", public_id)


@logged_in_only
@require_POST
def leave(request: HttpRequest, public_id: UUID) -> HttpResponse:
    user = user_of(request)
    workspace = selectors.get_workspace(actor=user, public_id=public_id)
    try:
        members.leave(actor=user, workspace=workspace)
    except WorkspaceRefused as error:
        messages.error(request, error.message)
        return redirect("workspaces:show", public_id)
    messages.success(request, _("You have left %(name)s.") % {"name": workspace.name})
    return redirect("workspaces:list")


@logged_in_only
@require_http_methods(["GET", "HEAD", "POST"])
@reauthentication_required  # type: ignore[untyped-decorator]
def transfer(request: HttpRequest, public_id: UUID, pk: int) -> HttpResponse:
    """Hand the workspace to one of its admins."""
    membership = _member(request, public_id, pk, Action.OWNERS_MANAGE)
    form = TransferForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            members.transfer_ownership(actor=user_of(request), membership=membership, stay_owner=form.cleaned_data["stay_owner"])
        except WorkspaceRefused as error:
            form.add_refusal(error)
        else:
            messages.success(request, _("%(member)s is an owner now.") % {"member": membership.user})
            return redirect("workspaces:show", public_id)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "accounts/workspaces/transfer.html", {"form": form, "membership": membership}, status=status)


def _member(request: HttpRequest, public_id: UUID, pk: int, action: Action) -> Membership:
    user = user_of(request)
    workspace = selectors.get_workspace(actor=user, public_id=public_id, action=action)
    return selectors.get_membership(actor=user, workspace=workspace, pk=pk, action=action)
