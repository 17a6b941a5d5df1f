"""What the export of a user's data says of links: those that are theirs, as long as they belong to the workspace."""

import json
from collections.abc import Iterator, Sequence
from typing import Final

from django.db.models import Q, QuerySet

from apps.accounts.models import User
from apps.accounts.privacy.registry import Part
from apps.common.csv_files import table
from apps.links.models import Domain, Link

_AT_ONCE: Final = 500
_COLUMNS: Final = (
    "short_url",
    "destination_url",
    "title",
    "description",
    "tags",
    "former_codes",
    "rules",
    "is_active",
    "valid_from",
    "expires_at",
    "redirect_status",
    "cache_seconds",
    "forward_query",
    "forward_path",
    "utm",
    "max_clicks",
    "has_password",
    "click_count",
    "created_at",
    "updated_at",
    "deleted_at",
)


def own_links(user: User) -> QuerySet[Link]:
    """Links that `user` has made in workspaces that they belong to, and all of the personal one; deleted ones included."""
    return Link.objects.filter(Q(owner=user, workspace__memberships__user=user) | Q(workspace__personal_for=user)).distinct()


def ids_of_own(user: User) -> Sequence[int]:
    return list(own_links(user).order_by("pk").values_list("pk", flat=True))


def _links(user: User) -> Iterator[bytes]:
    return table(_COLUMNS, (map(_values, block) for block in _blocks(user)))


def _blocks(user: User) -> Iterator[list[Link]]:
    last = 0
    while True:
        found = own_links(user).filter(pk__gt=last).order_by("pk").select_related("domain")
        links = list(found.prefetch_related("tags", "aliases", "rules")[:_AT_ONCE])
        if not links:
            return
        yield links
        last = links[-1].pk


def _values(link: Link) -> Sequence[object]:
    rules = [(rule.priority, rule.weight, rule.conditions, rule.destination_url) for rule in link.rules.all()]
    return (
        f"{link.domain.hostname}/{link.code}",
        link.destination_url,
        link.title,
        link.description,
        ", ".join(sorted(tag.name for tag in link.tags.all())),
        ", ".join(sorted(alias.code for alias in link.aliases.all())),
        json.dumps(rules) if rules else "",
        link.is_active,
        link.valid_from or "",
        link.expires_at or "",
        link.redirect_status,
        link.cache_seconds,
        link.forward_query,
        link.forward_path,
        json.dumps(link.utm) if link.utm else "",
        "" if link.max_clicks is None else link.max_clicks,
        bool(link.password_hash),
        link.click_count,
        link.created_at,
        link.updated_at,
        link.deleted_at or "",
    )


def _domains(user: User) -> Iterator[bytes]:
    domains = Domain.objects.filter(workspace__personal_for=user).order_by("pk")
    rows = [(domain.hostname, domain.verified_at or "", domain.root_url, domain.not_found_url, domain.expired_url) for domain in domains]
    return table(("hostname", "verified_at", "root_url", "not_found_url", "expired_url"), [rows])


PARTS: Final = (Part("links.csv", _links), Part("domains.csv", _domains))
