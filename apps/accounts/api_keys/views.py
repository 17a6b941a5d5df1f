"""Pages of API keys."""

from http import HTTPStatus
from typing import Final
from uuid import UUID

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from apps.accounts import policy
from apps.accounts.api_keys import scopes, selectors, services
from apps.accounts.api_keys.domains import domains_of
from apps.accounts.api_keys.errors import KeyRefused
from apps.accounts.api_keys.forms import EditKeyForm, NewKeyForm
from apps.accounts.api_keys.rows import rows_of
from apps.accounts.models import User, Workspace
from apps.accounts.policy import Action
from apps.accounts.workspaces.current import current_workspace
from apps.accounts.workspaces.selectors import get_workspace
from apps.common.access import logged_in_only

PAGE_SIZE: Final = 50


@logged_in_only
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """One's own keys, of all workspaces."""
    user = _user(request)
    rows = rows_of(selectors.list_own_keys(actor=user), reader=user, now=timezone.now())
    return render(request, "accounts/api_keys/list.html", {"rows": rows, "managed": selectors.managed_workspaces(user)})


@logged_in_only
@require_safe
def of_workspace(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The keys of all members of a workspace, for those who look after it; PAGE_SIZE of them on a page."""
    user = _user(request)
    workspace = get_workspace(actor=user, public_id=public_id, action=Action.KEYS_MANAGE)
    keys = selectors.list_keys_of(actor=user, workspace=workspace)
    page = Paginator(keys, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"rows": rows_of(page.object_list, reader=user, now=timezone.now()), "page": page, "workspace": workspace}
    return render(request, "accounts/api_keys/of_workspace.html", context)


@logged_in_only
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@reauthentication_required  # type: ignore[untyped-decorator]
def create(request: HttpRequest) -> HttpResponse:
    """A key for the workspace that pages are about. The answer to the form shows it, and nothing else ever does: it is in no
    session, no log and no cache."""
    workspace = current_workspace(request)
    policy.require_in_workspace(request.user, Action.KEY_CREATE, workspace)
    form = _new_form(request, workspace)
    if request.method == "POST" and form.is_valid():
        now = timezone.now()
        try:
            key, text = services.create_key(
                actor=_user(request),
                workspace=workspace,
                name=form.cleaned_data["name"],
                scope_names=form.cleaned_data["scopes"],
                hostname=form.cleaned_data["domain"],
                expires_at=form.expires_at(now=now),
                now=now,
            )
        except KeyRefused as error:
            form.add_refusal(error)
        else:
            return render(request, "accounts/api_keys/created.html", {"key": key, "text": text}, status=HTTPStatus.CREATED)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "accounts/api_keys/create.html", {"form": form, "workspace": workspace}, status=status)


@logged_in_only
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Name and end of one's own key."""
    user = _user(request)
    key = selectors.get_own_key(actor=user, public_id=public_id)
    form = EditKeyForm(request.POST if request.method == "POST" else None, key=key)
    if request.method == "POST" and form.is_valid():
        now = timezone.now()
        ends = form.expires_at(now=now, kept=key.expires_at)
        try:
            services.edit_key(actor=user, key=key, name=form.cleaned_data["name"], expires_at=ends, now=now)
        except KeyRefused as error:
            form.add_refusal(error)
        else:
            messages.success(request, _("Changes saved."))
            return redirect("api_keys:list")
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "accounts/api_keys/edit.html", {"form": form, "key": key}, status=status)


@logged_in_only
@require_http_methods(["GET", "HEAD", "POST"])
def revoke(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """What revoking does, and the button that does it; for one's own keys, and for those of members."""
    user = _user(request)
    key = selectors.get_key(actor=user, public_id=public_id)
    is_own = key.membership.user_id == user.pk
    if request.method == "POST":
        services.revoke_key(actor=user, key=key, now=timezone.now())
        messages.success(request, _("%(name)s is revoked.") % {"name": key.name})
        return redirect("api_keys:list") if is_own else redirect("api_keys:of_workspace", key.membership.workspace.public_id)
    return render(request, "accounts/api_keys/revoke.html", {"key": key, "is_own": is_own})


def _new_form(request: HttpRequest, workspace: Workspace) -> NewKeyForm:
    user = _user(request)
    return NewKeyForm(
        request.POST if request.method == "POST" else None,
        scopes=scopes.grantable(user, workspace.pk),
        domains=domains_of(user, workspace),
    )


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user
