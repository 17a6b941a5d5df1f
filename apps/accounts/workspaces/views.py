"""Pages of workspaces: the list, one of them, and what becomes of it."""

from http import HTTPStatus
from uuid import UUID

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.accounts.policy import Action
from apps.accounts.workspaces import current, selectors, services
from apps.accounts.workspaces.errors import WorkspaceRefused
from apps.accounts.workspaces.forms import DeleteWorkspaceForm, NameForm
from apps.accounts.workspaces.pages import user_of, workspace_page
from apps.common.access import logged_in_only
from apps.common.navigation import next_of


@logged_in_only
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """All that the reader belongs to; the one that pages are about is marked."""
    context = {"memberships": selectors.memberships_of(user_of(request)), "current": current.current_workspace(request)}
    return render(request, "accounts/workspaces/list.html", context)


@logged_in_only
@require_http_methods(["GET", "HEAD", "POST"])
def create(request: HttpRequest) -> HttpResponse:
    form = NameForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            workspace = services.create_workspace(actor=user_of(request), name=form.cleaned_data["name"])
        except WorkspaceRefused as error:
            form.add_refusal(error)
        else:
            current.choose(request, workspace)
            messages.success(request, _("Workspace created. Links that you make now go there."))
            return redirect("workspaces:show", workspace.public_id)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "accounts/workspaces/create.html", {"form": form}, status=status)


@logged_in_only
@require_safe
def show(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Members, invitations and settings, each as far as the reader may see it."""
    return workspace_page(request, selectors.get_workspace(actor=user_of(request), public_id=public_id))


@logged_in_only
@require_POST
def use(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Have all pages be about this workspace."""
    workspace = selectors.get_workspace(actor=user_of(request), public_id=public_id, action=Action.LINK_VIEW)
    current.choose(request, workspace)
    messages.success(request, _("Pages are about %(name)s now.") % {"name": workspace.name})
    return redirect(next_of(request, default=reverse("links:list")))


@logged_in_only
@require_POST
def rename(request: HttpRequest, public_id: UUID) -> HttpResponse:
    user = user_of(request)
    workspace = selectors.get_workspace(actor=user, public_id=public_id, action=Action.WORKSPACE_EDIT)
    form = NameForm(request.POST)
    if form.is_valid():
        try:
            services.rename_workspace(actor=user, workspace=workspace, name=form.cleaned_data["name"])
        except WorkspaceRefused as error:
            form.add_refusal(error)
        else:
            messages.success(request, _("Changes saved."))
            return redirect("workspaces:show", public_id)
    return workspace_page(request, workspace, name_form=form)


@logged_in_only
@require_http_methods(["GET", "HEAD", "POST"])
@reauthentication_required  # type: ignore[untyped-decorator]
def delete(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """What deleting does, and the form that does it."""
    user = user_of(request)
    workspace = selectors.get_workspace(actor=user, public_id=public_id, action=Action.WORKSPACE_DELETE)
    services.require_shared(workspace)
    form = DeleteWorkspaceForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            confirmation = form.cleaned_data["confirmation"]
            services.delete_workspace(actor=user, workspace=workspace, confirmation=confirmation, now=timezone.now())
        except WorkspaceRefused as error:
            form.add_refusal(error)
        else:
            messages.success(request, _("Workspace deleted."))
            return redirect("workspaces:list")
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "accounts/workspaces/delete.html", {"form": form, "workspace": workspace}, status=status)
