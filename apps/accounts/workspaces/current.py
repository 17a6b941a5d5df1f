"""The workspace that pages are about: the one chosen last in this browser, the personal one before."""

from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext as _

from apps.accounts import policy
from apps.accounts.models import Workspace
from apps.accounts.policy import Action
from apps.common.errors import NotFound

SESSION_KEY = "workspace"
# In links of mails: the public id of the workspace that the page is about.
PARAMETER = "workspace"
_CACHE = "_current_workspace"


def current_workspace(request: HttpRequest) -> Workspace:
    """The workspace of `request`, in one query; the session keeps what `?workspace=` names.

    When the reader may no longer see the one that is kept, it is the personal one again. Raises NotFound for
    `?workspace=` with an id that is unknown or of others, and when there is no workspace at all.
    """
    known: Workspace | None = getattr(request, _CACHE, None)
    if known is None:
        known = _asked(request) or _kept(request) or _personal(request)
        setattr(request, _CACHE, known)
    return known


def known_workspace(request: HttpRequest) -> Workspace | None:
    """The same if a view has asked for it; costs no query."""
    return getattr(request, _CACHE, None)


def choose(request: HttpRequest, workspace: Workspace) -> None:
    """From now on pages in this browser are about `workspace`, which the reader may see."""
    request.session[SESSION_KEY] = str(workspace.public_id)
    setattr(request, _CACHE, workspace)


def _asked(request: HttpRequest) -> Workspace | None:
    if request.method not in {"GET", "HEAD"} or PARAMETER not in request.GET:
        return None
    found = _visible(request, request.GET[PARAMETER])
    if found is None:
        raise NotFound(_("There is no such thing here."))
    choose(request, found)
    return found


def _kept(request: HttpRequest) -> Workspace | None:
    kept = request.session.get(SESSION_KEY)
    found = _visible(request, kept) if kept else None
    if kept and found is None:
        del request.session[SESSION_KEY]
    return found


def _visible(request: HttpRequest, public_id: str) -> Workspace | None:
    try:
        wanted = UUID(public_id)
    except ValueError:
        return None
    return policy.visible_workspaces(request.user, Action.LINK_VIEW).filter(public_id=wanted).first()


def _personal(request: HttpRequest) -> Workspace:
    workspaces = policy.visible_workspaces(request.user, Action.LINK_VIEW)
    found = workspaces.filter(personal_for=request.user.pk).first() or workspaces.order_by("pk").first()
    if found is None:
        raise NotFound(_("You belong to no workspace."))
    return found
