"""What a file of links holds of each. `apps.links.importing.formats.own` reads it again."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from apps.links.models import Link

COLUMNS: Final = (
    "domain",
    "code",
    "destination_url",
    "title",
    "description",
    "tags",
    "created_at",
    "valid_from",
    "expires_at",
    "is_active",
    "is_banned",
    "redirect_status",
    "cache_seconds",
    "forward_query",
    "forward_path",
    "utm",
    "max_clicks",
    "redirects_used",
    "is_crawlable",
    "has_password",
    "rules",
    "aliases",
    "click_count",
)
# Besides, where whoever asks has the database in hand anyway.
HASH: Final = "password_hash"


def record_of(link: Link, *, with_hash: bool) -> Mapping[str, Any]:
    """By column; times are aware, lists and mappings as they are. The link's domain, tags, rules and aliases are at hand."""
    rules = [
        {"priority": rule.priority, "conditions": rule.conditions, "destination_url": rule.destination_url, "weight": rule.weight}
        for rule in link.rules.all()
    ]
    found = {name: getattr(link, name) for name in COLUMNS if name not in _MADE}
    found |= {
        "domain": link.domain.hostname,
        "tags": sorted(tag.name for tag in link.tags.all()),
        "is_banned": link.banned_at is not None,
        "has_password": bool(link.password_hash),
        "rules": rules,
        "aliases": sorted(alias.code for alias in link.aliases.all()),
    }
    if with_hash:
        found[HASH] = link.password_hash
    return {name: _moment(value) for name, value in found.items()}


_MADE: Final = frozenset({"domain", "tags", "is_banned", "has_password", "rules", "aliases"})


def _moment(value: Any) -> Any:
    """Times to the microsecond: what is read again is the same."""
    return value.isoformat() if isinstance(value, datetime) else value
