"""Reads about API keys, each limited to what the actor may see. Nothing here gives a key away: only its owner has ever seen it."""

from uuid import UUID

from django.db.models import F, QuerySet
from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from apps.accounts import policy
from apps.accounts.models import ApiKey, User, Workspace
from apps.accounts.policy import Action, ApiActor
from apps.common.errors import NotFound, PermissionDenied


def live_keys() -> QuerySet[ApiKey]:
    """Keys that are not revoked, expired ones among them, with their members and workspaces."""
    return ApiKey.objects.filter(revoked_at=None).select_related("membership__user", "membership__workspace")


def list_own_keys(*, actor: User | ApiActor) -> QuerySet[ApiKey]:
    """The keys of `actor` itself, by workspace and then the newest first; through the API those of workspaces that it may act in.

    Raises PermissionDenied `scope_required` to a key that may not manage keys."""
    _require_scope(actor)
    own = live_keys().filter(membership__user=actor.pk, membership__workspace__in=policy.visible_workspaces(actor, Action.KEY_CREATE))
    return own.order_by(Lower("membership__workspace__name"), "membership__workspace", "-created_at", "-pk")


def list_keys_of(*, actor: User | ApiActor, workspace: Workspace) -> QuerySet[ApiKey]:
    """All members' keys for `workspace`: those used last first, unused ones last. Raises NotFound and PermissionDenied."""
    policy.require_in_workspace(actor, Action.KEYS_MANAGE, workspace)
    used_last = F("last_used_at").desc(nulls_last=True)
    return live_keys().filter(membership__workspace=workspace).order_by(used_last, "-created_at", "-pk")


def newest_after(keys: QuerySet[ApiKey], public_id: UUID | None) -> QuerySet[ApiKey]:
    """`keys` the newest first; with an id those that were made before that one. Raises NotFound when there is none of this id."""
    if public_id is not None:
        last = ApiKey.objects.filter(public_id=public_id).values_list("pk", flat=True).first()
        if last is None:
            raise NotFound(_("There is no such key here."))
        keys = keys.filter(pk__lt=last)
    return keys.order_by("-pk")


def get_own_key(*, actor: User | ApiActor, public_id: UUID) -> ApiKey:
    """One's own key. Raises NotFound, alike for one that is not there, a revoked one, and one of others; else as `list_own_keys`."""
    found = list_own_keys(actor=actor).filter(public_id=public_id).first()
    if found is None:
        raise NotFound(_("There is no such key here."))
    return found


def get_key(*, actor: User | ApiActor, public_id: UUID) -> ApiKey:
    """One's own key, or one of a workspace whose keys `actor` manages. Raises NotFound, alike for all others, and
    PermissionDenied `scope_required` to a key that may not manage keys."""
    _require_scope(actor)
    found = live_keys().filter(public_id=public_id).first()
    needed = Action.KEY_CREATE if found and found.membership.user_id == actor.pk else Action.KEYS_MANAGE
    if found is None or not policy.may(actor, needed, found.membership):
        raise NotFound(_("There is no such key here."))
    return found


def managed_workspaces(actor: User | ApiActor) -> QuerySet[Workspace]:
    """Workspaces with several members the keys of all of whom `actor` manages, by name."""
    shared = policy.visible_workspaces(actor, Action.KEYS_MANAGE).filter(personal_for=None)
    return shared.order_by(Lower("name"), "pk")


def _require_scope(actor: User | ApiActor) -> None:
    if not policy.within_scopes(actor, Action.KEY_CREATE):
        raise PermissionDenied(_("A key needs the scope “admin” to manage keys."), code="scope_required")
