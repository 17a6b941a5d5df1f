"""Links of workspaces whose last member has gone: nothing is left of them but their codes, which must
never be given to others."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from apps.accounts.audit.actions import AuditAction
from apps.accounts.audit.recording import Entry, record, record_all
from apps.accounts.models import Workspace
from apps.events.topics import Topic
from apps.links.events import announce
from apps.links.installation import announce_domains
from apps.links.models import Alias, Domain, Link, LinkTag, RedirectRule, Tag
from apps.links.signals import links_purged

# Where an emptied link would lead, if it led anywhere; no host will ever have this name (RFC 2606).
PURGED_URL: Final = "https://purged.invalid/"
_AT_ONCE: Final = 500
_USUAL = Link()
# Whatever somebody has written or chosen.
_EMPTIED: Final = (
    "title",
    "description",
    "valid_from",
    "expires_at",
    "redirect_status",
    "cache_seconds",
    "forward_query",
    "forward_path",
    "utm",
    "max_clicks",
    "redirects_used",
    "password_hash",
    "is_crawlable",
    "click_count",
)
_WRITTEN: Final = (*_EMPTIED, "destination_url", "owner", "is_active", "deleted_at", "version", "updated_at")


def empty_workspaces(workspaces: Sequence[Workspace], now: datetime) -> None:
    """Empty all links of `workspaces`, in chunks that are a transaction each, and take their domains out of service.

    Safe to repeat: what is empty is passed over.
    """
    ids = [workspace.pk for workspace in workspaces]
    while _empty_chunk(ids, now=now):
        pass
    _drop_domains(ids)
    Tag.objects.filter(workspace__in=ids).delete()


@transaction.atomic
def _empty_chunk(workspace_ids: Sequence[int], *, now: datetime) -> int:
    full = Link.objects.filter(workspace__in=workspace_ids).exclude(destination_url=PURGED_URL)
    ids = list(full.order_by("pk").select_for_update().values_list("pk", flat=True)[:_AT_ONCE])
    LinkTag.objects.filter(link__in=ids).delete()
    RedirectRule.objects.filter(link__in=ids).delete()
    links = list(Link.objects.filter(pk__in=ids).order_by("pk").select_related("domain").prefetch_related("aliases", "tags"))
    for link in links:
        _empty(link, now=now)
    Link.objects.bulk_update(links, _WRITTEN)
    record_all(
        [
            Entry(action=AuditAction.LINK_PURGED, actor=None, target=link, target_label=f"{link.domain.hostname}/{link.code}")
            for link in links
        ]
    )
    for link in links:
        announce(link, topic=Topic.URL_DELETED, now=now)
    if ids:
        links_purged.send(sender=Link, link_ids=ids)
    return len(ids)


def _empty(link: Link, *, now: datetime) -> None:
    for name in _EMPTIED:
        setattr(link, name, getattr(_USUAL, name))
    link.destination_url = PURGED_URL
    link.owner = None
    link.is_active = False
    link.deleted_at = link.deleted_at or now
    link.version += 1
    link.updated_at = now


@transaction.atomic
def _drop_domains(workspace_ids: Sequence[int]) -> None:
    """Domains without links go; others stay, out of service, for the sake of their codes."""
    own = Domain.objects.filter(workspace__in=workspace_ids)
    domains = list(own.filter(verified_at__isnull=False) | own.filter(~_has_links()))
    for domain in domains:
        record(action=AuditAction.DOMAIN_REMOVED, actor=None, target=domain, before={"hostname": domain.hostname})
    own.filter(~_has_links()).delete()
    own.update(verified_at=None, verification_token="", root_url="", not_found_url="", expired_url="", apple_app_ids=[], android_apps=[])
    if domains:
        announce_domains()


def _has_links() -> Q:
    return Q(Exists(Link.objects.filter(domain=OuterRef("pk")))) | Q(Exists(Alias.objects.filter(domain=OuterRef("pk"))))
