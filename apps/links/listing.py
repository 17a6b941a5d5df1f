"""Filters and orders of the links list."""

import re
from collections.abc import Mapping, Sequence

from django.db.models import F, Q, Value
from django.db.models.expressions import Combinable, OrderBy
from django.db.models.functions import Lower, Now

from apps.links.models import LinkQuerySet, LinkState, LinkTag, Tag
from apps.links.texts import is_storable

# Each ends in the key, so that no two pages ever show the same link. Pages of the links list take the same orders from
# `apps.links.listed`, where each has its index.
SORTS: Mapping[str, Sequence[str | OrderBy | Combinable]] = {
    "-created_at": ("-created_at", "-pk"),
    "created_at": ("created_at", "pk"),
    "-click_count": ("-click_count", "-pk"),
    "expires_at": (F("expires_at").asc(nulls_last=True), "-pk"),
}
# Longer searches find nothing and cost much.
_SEARCH_MAX_LENGTH = 200
_short_url = re.compile(r"(?:https?://)?(?P<host>[^/\s]+)/(?P<code>[A-Za-z0-9_-]{1,64})\Z", re.IGNORECASE).match

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


def matching(links: LinkQuerySet, search: str) -> LinkQuerySet:
    """Links with the trimmed `search` in code, destination URL or title, and the one whose short URL it is."""
    text = search.strip()
    if not text:
        return links
    if len(text) > _SEARCH_MAX_LENGTH or not is_storable(text):
        return links.none()
    found = Q(code__icontains=text) | Q(destination_url__icontains=text) | Q(title__icontains=text)
    if place := _short_url(text):
        found |= Q(domain__hostname=place["host"].lower(), code=place["code"])
    return links.filter(found)


def tagged(links: LinkQuerySet, tag: str, *, workspaces: Sequence[int]) -> LinkQuerySet:
    """Links with the tag of this name in one of `workspaces` (ids), in whatever case."""
    if not tag:
        return links
    if not is_storable(tag):
        return links.none()
    named = Tag.objects.annotate(folded=Lower("name")).filter(workspace__in=workspaces, folded=Lower(Value(tag)))
    return links.filter(pk__in=LinkTag.objects.filter(tag__in=named).values("link_id"))
