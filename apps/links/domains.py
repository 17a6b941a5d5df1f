"""The domains that links live on: those of the installation, and those that workspaces bring.

Whose a hostname is shows the DNS: a TXT record holds a token that only the workspace was told.
Until it has been seen there, no link is found at the hostname, and others may ask for it as well.
Times are aware; `now` comes from the edge. Whatever takes an `actor` raises NotFound or
PermissionDenied when it may not do it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from apps.accounts import policy
from apps.accounts.audit.actions import AuditAction
from apps.accounts.audit.recording import record
from apps.accounts.models import Workspace
from apps.accounts.policy import Action, Actor
from apps.common.errors import NotFound
from apps.links.app_links import checked_android_apps, checked_apple_ids
from apps.links.domain_errors import DomainInUse, DomainRefused, DomainTaken, NotVerified
from apps.links.domain_names import checked_hostname, without_port
from apps.links.domain_rules import checked_url
from apps.links.installation import announce_domains, default_domain, ensure_default_domain, public_scheme
from apps.links.models import Alias, Domain, Link
from apps.links.txt_records import DnsUnavailable, read_texts, record_name

__all__ = [
    "DomainSettings",
    "TxtRecord",
    "add_domain",
    "default_domain",
    "edit_domain",
    "ensure_default_domain",
    "public_scheme",
    "remove_domain",
    "shows_record",
    "txt_record",
    "verify_domain",
]

# Domains of one workspace.
MAX_DOMAINS = 100


@dataclass(frozen=True, slots=True)
class TxtRecord:
    """What the owner of a domain writes into its DNS."""

    name: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DomainSettings:
    """Where a domain sends visitors whom no link does ("" = it shows a page), and the apps that open its links."""

    root_url: str = ""
    not_found_url: str = ""
    expired_url: str = ""
    apple_app_ids: Iterable[str] = ()
    android_apps: Iterable[Mapping[str, Any]] = ()

    def checked(self, *, hostname: str) -> dict[str, Any]:
        """Values by field, as they may be stored. Raises DomainRefused."""
        return {
            "root_url": checked_url(self.root_url, field="root_url", hostname=hostname),
            "not_found_url": checked_url(self.not_found_url, field="not_found_url", hostname=hostname),
            "expired_url": checked_url(self.expired_url, field="expired_url", hostname=hostname),
            "apple_app_ids": checked_apple_ids(self.apple_app_ids),
            "android_apps": checked_android_apps(self.android_apps),
        }


def txt_record(domain: Domain) -> TxtRecord:
    """The record that shows that `domain` is its workspace's."""
    return TxtRecord(record_name(without_port(domain.hostname)), domain.verification_token)


def shows_record(domain: Domain) -> bool:
    """Whether the DNS has the record now. Raises DnsUnavailable."""
    record = txt_record(domain)
    return bool(record.value) and record.value in map(str.strip, read_texts(record.name))


def add_domain(*, actor: Actor, workspace: Workspace, hostname: str, now: datetime) -> Domain:
    """A domain of `workspace`, not verified yet; `hostname` as people type it.

    What another workspace has asked for without showing that it is theirs stands in nobody's way:
    it is replaced. Raises DomainRefused, DomainTaken for a domain that is verified or already here.
    """
    policy.require_in_workspace(actor, Action.DOMAIN_MANAGE, workspace)
    host = checked_hostname(hostname, scheme=public_scheme())
    with transaction.atomic():
        # One at a time: two requests must not both find room.
        Workspace.objects.select_for_update().get(pk=workspace.pk)
        _make_room(host, workspace=workspace)
        domain = Domain(hostname=host, workspace=workspace, verification_token=_token(host, workspace=workspace), created_at=now)
        try:
            with transaction.atomic():
                domain.save(force_insert=True)
        except IntegrityError:
            raise _taken() from None
        record(action=AuditAction.DOMAIN_ADDED, actor=actor, target=domain, after={"hostname": host})
    return domain


def _make_room(host: str, *, workspace: Workspace) -> None:
    """Ports do not matter: who has a name has it at all of them."""
    name = without_port(host)
    found = Domain.objects.select_for_update().filter(Q(hostname=name) | Q(hostname__startswith=f"{name}:"))
    for domain in found:
        if domain.workspace_id == workspace.pk and domain.hostname == host:
            message = _("You have this domain already.")
            raise DomainTaken(message, code="domain_exists", field="hostname")
        if domain.workspace_id != workspace.pk:
            if domain.is_serving or _has_links(domain):
                raise _taken()
            # Whose claim it was need not know who has come.
            record(action=AuditAction.DOMAIN_REMOVED, actor=None, target=domain, before={"hostname": domain.hostname})
            domain.delete()
    if Domain.objects.filter(workspace=workspace).count() >= MAX_DOMAINS:
        message = _("A workspace can have at most %(limit)d domains.") % {"limit": MAX_DOMAINS}
        raise DomainRefused(message, code="too_many_domains", field="")


def _taken() -> DomainTaken:
    message = _("This domain cannot be added: it is in use. If it is yours, ask whoever runs this site.")
    return DomainTaken(message, code="domain_taken", field="hostname")


def _token(host: str, *, workspace: Workspace) -> str:
    """The same for the same workspace whenever it asks, so that a record once written goes on counting."""
    return salted_hmac("links.domain", f"{workspace.public_id}:{without_port(host)}", algorithm="sha256").hexdigest()[:40]


def verify_domain(*, actor: Actor, domain: Domain, now: datetime) -> Domain:
    """The domain, verified by the record that its DNS shows now. A verified one stays so in any case.

    Raises NotVerified with the codes `record_missing` and `dns_unavailable`.
    """
    policy.require(actor, Action.DOMAIN_MANAGE, _owned(domain))
    try:
        is_shown = shows_record(domain)
    except DnsUnavailable:
        message = _("The name servers of this domain do not answer just now. Check again in a few minutes.")
        raise NotVerified(message, code="dns_unavailable", field="") from None
    domain = note_check(domain, is_shown=is_shown, now=now, actor=actor)
    if not is_shown:
        message = _(
            "The record is not in the DNS yet. That can take an hour after it was added. Compare its name and value with those below."
        )
        raise NotVerified(message, code="record_missing", field="")
    return domain


@transaction.atomic
def note_check(domain: Domain, *, is_shown: bool, now: datetime, actor: Actor | None = None) -> Domain:
    """Keep what a look at the DNS has shown, for `actor` or by itself. Raises NotFound when the domain has been
    removed meanwhile.

    A verified domain whose record is gone goes on serving: a slip in the DNS must not break links.
    """
    current = _locked(domain)
    was_serving = current.is_serving
    current.checked_at = now
    if is_shown:
        current.verified_at = current.verified_at or now
        current.record_missing_since = None
    elif was_serving:
        current.record_missing_since = current.record_missing_since or now
    current.save(update_fields=["checked_at", "verified_at", "record_missing_since", "updated_at"])
    if current.is_serving != was_serving:
        record(action=AuditAction.DOMAIN_VERIFIED, actor=actor, target=current, before={"verified_at": None}, after={"verified_at": now})
        announce_domains()
    return current


@transaction.atomic
def edit_domain(*, actor: Actor, domain: Domain, changes: DomainSettings) -> Domain:
    """The domain with all of its settings replaced by `changes`. Raises DomainRefused at the field at fault."""
    policy.require(actor, Action.DOMAIN_MANAGE, _owned(domain))
    current = _locked(domain)
    values = changes.checked(hostname=current.hostname)
    before = {name: getattr(current, name) for name in values}
    for name, value in values.items():
        setattr(current, name, value)
    current.save(update_fields=[*values, "updated_at"])
    if before != values:
        record(action=AuditAction.DOMAIN_UPDATED, actor=actor, target=current, before=before, after=values)
    announce_domains()
    return current


@transaction.atomic
def remove_domain(*, actor: Actor, domain: Domain) -> None:
    """Take the domain away. Raises DomainInUse while it has links, deleted ones included: their codes
    must not come back to life under another owner."""
    policy.require(actor, Action.DOMAIN_MANAGE, _owned(domain))
    current = _locked(domain)
    if _has_links(current):
        message = _("This domain has links, and they would stop working. It can be removed when it has none, not even deleted ones.")
        raise DomainInUse(message, code="domain_in_use", field="")
    record(action=AuditAction.DOMAIN_REMOVED, actor=actor, target=current, before={"hostname": current.hostname})
    current.delete()
    announce_domains()


def _has_links(domain: Domain) -> bool:
    return Link.objects.filter(domain=domain).exists() or Alias.objects.filter(domain=domain).exists()


def _locked(domain: Domain) -> Domain:
    current = Domain.objects.select_for_update().filter(pk=domain.pk).first()
    if current is None:
        raise NotFound(_("There is no such domain here."))
    return current


def _owned(domain: Domain) -> "_Owned":
    return _Owned(domain.workspace_id or 0)


@dataclass(slots=True)
class _Owned:
    """What the policy wants to know; 0 for a domain of the installation, which no workspace has."""

    workspace_id: int
