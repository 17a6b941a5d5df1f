"""Filters and orders of the links list."""

from collections.abc import Mapping, Sequence

from django.db.models import F, Q
from django.db.models.expressions import Combinable, OrderBy
from django.db.models.functions import Now

from apps.links.models import LinkQuerySet, LinkState

# Each ends in the key, so that no two pages ever show the same link. Pages of the links list take the same orders from
# `apps.links.listed`, where each has its index.
SORTS: Mapping[str, Sequence[str | OrderBy | Combinable]] = {
    "-created_at": ("-created_at", "-pk"),
    "created_at": ("created_at", "pk"),
    "-click_count": ("-click_count", "-pk"),
    "expires_at": (F("expires_at").asc(nulls_last=True), "-pk"),
}
_EXPIRED = Q(expires_at__lte=Now())
_NOT_EXPIRED = Q(expires_at=None) | Q(expires_at__gt=Now())
_SCHEDULED = Q(valid_from__gt=Now())
_NOT_SCHEDULED = Q(valid_from=None) | Q(valid_from__lte=Now())
_USED_UP = Q(redirects_used__gte=F("max_clicks"))
_NOT_USED_UP = Q(max_clicks=None) | Q(redirects_used__lt=F("max_clicks"))
# Mirrors Link.state_at: each state excludes those before it.
_IN_SERVICE = Q(deleted_at=None, banned_at=None, is_active=True)
_STATES: Mapping[str, Q] = {
    LinkState.DELETED: Q(deleted_at__isnull=False),
    LinkState.BANNED: Q(deleted_at=None, banned_at__isnull=False),
    LinkState.DISABLED: Q(deleted_at=None, banned_at=None, is_active=False),
    LinkState.EXPIRED: _IN_SERVICE & _EXPIRED,
    LinkState.SCHEDULED: _IN_SERVICE & _SCHEDULED & _NOT_EXPIRED,
    LinkState.USED_UP: _IN_SERVICE & _NOT_EXPIRED & _NOT_SCHEDULED & _USED_UP,
    LinkState.ACTIVE: _IN_SERVICE & _NOT_EXPIRED & _NOT_SCHEDULED & _NOT_USED_UP,
}


def in_state(links: LinkQuerySet, state: str) -> LinkQuerySet:
    """Links in `state` by the database's clock; all but deleted ones when it is none of LinkState."""
    return links.filter(_STATES.get(state, Q(deleted_at=None)))
