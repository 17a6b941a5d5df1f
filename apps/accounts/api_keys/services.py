"""Writes about API keys. All raise NotFound or PermissionDenied when the actor may not; times are aware."""

from collections.abc import Collection, Iterable
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts import policy
from apps.accounts.api_keys import domains, scopes, selectors
from apps.accounts.api_keys.errors import KeyRefused
from apps.accounts.api_keys.events import announce
from apps.accounts.api_keys.key_text import new_key
from apps.accounts.api_keys.rules import checked_expiry, checked_name
from apps.accounts.audit.actions import AuditAction
from apps.accounts.audit.recording import Entry, record, record_all
from apps.accounts.models import ApiKey, Membership, User, Workspace
from apps.accounts.policy import Action, Actor, ApiActor
from apps.common.errors import NotFound


@transaction.atomic
def create_key(
    *,
    actor: User | ApiActor,
    workspace: Workspace,
    name: str,
    scope_names: Collection[str],
    hostname: str = "",
    expires_at: datetime | None = None,
    now: datetime,
) -> tuple[ApiKey, str]:
    """A key of `actor` for `workspace`, and its text, which nobody can ever see again.

    With `hostname` it is for links of this domain alone. One made with another key gets none of what that has not: scopes beyond
    its own, or days after its end. Raises KeyRefused.
    """
    policy.require_in_workspace(actor, Action.KEY_CREATE, workspace)
    membership = _locked_membership(actor, workspace)
    _require_room(membership.user)
    made = new_key()
    domain = _domain(actor, workspace, hostname) if hostname else None
    key = ApiKey(
        membership=membership,
        name=checked_name(name),
        prefix=made.prefix,
        secret_hash=made.secret_hash,
        scopes=[scope.value for scope in scopes.checked(scope_names, actor=actor, is_bound=domain is not None)],
        domain_id=domain.pk if domain else None,
        domain_hostname=domain.hostname if domain else "",
        created_at=now,
        expires_at=checked_expiry(expires_at, actor=actor, now=now),
    )
    key.save(force_insert=True)
    record(action=AuditAction.API_KEY_CREATED, actor=actor, target=key, after=_recorded(key))
    announce(AuditAction.API_KEY_CREATED, key, actor=actor, now=now)
    return key, made.text


@transaction.atomic
def edit_key(*, actor: User | ApiActor, key: ApiKey, name: str, expires_at: datetime | None, now: datetime) -> ApiKey:
    """One's own key with this name and end; scopes and domain stay for good. Raises KeyRefused, NotFound for a revoked one."""
    current = _locked(selectors.get_own_key(actor=actor, public_id=key.public_id))
    before = {"name": current.name, "expires_at": current.expires_at}
    current.name = checked_name(name)
    if expires_at != current.expires_at:
        current.expires_at = checked_expiry(expires_at, actor=actor, now=now)
    after = {"name": current.name, "expires_at": current.expires_at}
    if before != after:
        current.save(update_fields=["name", "expires_at"])
        record(action=AuditAction.API_KEY_UPDATED, actor=actor, target=current, before=before, after=after)
        announce(AuditAction.API_KEY_UPDATED, current, actor=actor, now=now)
    return current


@transaction.atomic
def revoke_key(*, actor: User | ApiActor, key: ApiKey, now: datetime) -> None:
    """Refuse the key from now on, for good: one's own, or any of a workspace whose keys `actor` manages. A revoked one stays so."""
    _revoke([_locked(selectors.get_key(actor=actor, public_id=key.public_id))], actor=actor, now=now)


@transaction.atomic
def revoke_by_staff(*, staff: User, keys: "QuerySet[ApiKey]", now: datetime) -> int:
    """The same from the back office, where permissions of Django's admin hold; how many."""
    found = list(keys.filter(revoked_at=None).select_for_update(of=("self",)).select_related("membership__user", "membership__workspace"))
    _revoke(found, actor=staff, now=now)
    return len(found)


@transaction.atomic
def revoke_all_of(user: User, *, actor: User | None, now: datetime) -> int:
    """Refuse all keys of `user`, whose account is closed: they stay so when it is opened again. How many."""
    found = list(selectors.live_keys().filter(membership__user=user).select_for_update(of=("self",)))
    _revoke(found, actor=actor, now=now)
    return len(found)


def record_end_with(memberships: "QuerySet[Membership]", *, actor: User) -> None:
    """Tell that the keys of `memberships`, which are about to be deleted in this transaction, go with them."""
    # From here on nobody makes another one: Django deletes those that it has seen.
    list(memberships.select_for_update(of=("self",)).order_by("pk").values_list("pk"))
    found = list(selectors.live_keys().filter(membership__in=memberships))
    for key in found:
        announce(AuditAction.API_KEY_REVOKED, key, actor=actor, now=timezone.now())
    record_all([Entry(action=AuditAction.API_KEY_REVOKED, actor=actor, target=key, before=_recorded(key)) for key in found])


def _locked_membership(actor: User | ApiActor, workspace: Workspace) -> Membership:
    """Whose key it is going to be: one of theirs is made at a time, and none while the account is closed or the membership ends."""
    # The user first, as where accounts are deleted.
    owner = User.objects.select_for_update(no_key=True).filter(pk=actor.pk, is_active=True).first()
    mine = Membership.objects.select_related("user", "workspace").filter(user=owner, workspace=workspace)
    found = mine.select_for_update(of=("self",), no_key=True).first() if owner else None
    if found is None:
        raise NotFound(_("There is no such thing here."))
    return found


def _require_room(owner: User) -> None:
    limit: int = settings.API_KEYS_PER_USER
    if ApiKey.objects.filter(membership__user=owner, revoked_at=None).count() >= limit:
        message = _("You have %(limit)d keys, and cannot have more. Revoke those that are not needed.") % {"limit": limit}
        raise KeyRefused(message, code="too_many_keys")


def _domain(actor: Actor, workspace: Workspace, hostname: str) -> domains.KeyDomain:
    wanted = hostname.strip().lower()
    found = next((domain for domain in domains.domains_of(actor, workspace) if domain.hostname == wanted), None)
    if found is None:
        raise KeyRefused(_("Links of this workspace cannot be made on this domain."), code="unknown_domain", field="domain")
    return found


def _locked(key: ApiKey) -> ApiKey:
    found = selectors.live_keys().select_for_update(of=("self",)).filter(pk=key.pk).first()
    if found is None:
        raise NotFound(_("There is no such key here."))
    return found


def _revoke(keys: Iterable[ApiKey], *, actor: User | ApiActor | None, now: datetime) -> None:
    entries = []
    for key in keys:
        key.revoked_at = now
        key.save(update_fields=["revoked_at"])
        entries.append(Entry(action=AuditAction.API_KEY_REVOKED, actor=actor, target=key, before=_recorded(key)))
        announce(AuditAction.API_KEY_REVOKED, key, actor=actor, now=now)
    record_all(entries)


def _recorded(key: ApiKey) -> dict[str, object]:
    """What the audit log says of a key."""
    return {
        "name": key.name,
        "member": str(key.membership.user),
        "scopes": list(key.scopes),
        "domain": key.domain_hostname,
        "expires_at": key.expires_at,
    }
