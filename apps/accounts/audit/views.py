"""The audit log of one's account and of workspaces."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from apps.accounts import policy
from apps.accounts.audit import selectors
from apps.accounts.audit.filters import AuditFilter
from apps.accounts.audit.pages import context_of, file_of
from apps.accounts.audit.selectors import Rows
from apps.accounts.models import User, Workspace
from apps.accounts.policy import Action
from apps.common.access import logged_in_only
from apps.common.errors import NotFound


@logged_in_only
@require_safe
def log(request: HttpRequest) -> HttpResponse:
    """What was done to the reader's account, or in the workspace that is chosen."""
    user = _reader(request)
    chosen = _chosen(request, user)
    context = {
        "workspaces": policy.visible_workspaces(user, Action.AUDIT_VIEW).order_by("name", "pk"),
        "chosen": chosen,
        "keep": f"workspace={chosen.public_id}&" if chosen else "",
    }
    return render(request, "accounts/audit/log.html", context | context_of(request, _rows(user, chosen), reader=user))


@logged_in_only
@require_safe
def export(request: HttpRequest) -> HttpResponse:
    """The same as a CSV file."""
    user = _reader(request)
    return file_of(request, _rows(user, _chosen(request, user)), AuditFilter.read(request.GET), reader=user)


def _reader(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


def _chosen(request: HttpRequest, user: User) -> Workspace | None:
    asked = request.GET.get("workspace", "")
    if not asked:
        return None
    try:
        return policy.visible_workspaces(user, Action.AUDIT_VIEW).get(public_id=UUID(asked))
    except (ValueError, Workspace.DoesNotExist):
        raise NotFound(_("There is no such thing here.")) from None


def _rows(user: User, chosen: Workspace | None) -> Rows:
    return selectors.rows_of_workspace(user, chosen) if chosen else selectors.rows_of_account(user)
