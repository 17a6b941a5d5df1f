"""Links as JSON."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from rest_framework import serializers

from apps.common.api.serializers import StrictSerializer
from apps.links import selectors
from apps.links.bulk import MAX_LINKS
from apps.links.listing import SORTS
from apps.links.models import Link, LinkState
from apps.links.search.query import MAX_DEPTH, MAX_SIZE, Sort

# The services say themselves what is too long; this keeps what is beyond all reason from them.
_TEXT: Final = 10_000
_HOSTNAME: Final = 260
_CODE: Final = 300
PAGE_SIZE: Final = 50
MAX_PAGE_SIZE: Final = 200


def _text() -> serializers.CharField:
    return serializers.CharField(max_length=_TEXT, allow_blank=True, required=False)


class LinkFields(StrictSerializer):
    """What both a new link and an edit may say; what is left out stays as it is, or is as usual."""

    destination_url = serializers.CharField(max_length=_TEXT, required=False)
    title = _text()
    description = _text()
    tags = serializers.ListField(child=serializers.CharField(max_length=_TEXT), max_length=100, required=False)
    valid_from = serializers.DateTimeField(required=False, allow_null=True)
    expires_at = serializers.DateTimeField(required=False, allow_null=True)
    redirect_status = serializers.IntegerField(required=False)
    cache_seconds = serializers.IntegerField(required=False)
    forward_query = serializers.BooleanField(required=False)
    forward_path = serializers.BooleanField(required=False)
    utm = serializers.DictField(child=serializers.CharField(max_length=_TEXT, allow_blank=True), required=False)
    max_clicks = serializers.IntegerField(required=False, allow_null=True)
    is_crawlable = serializers.BooleanField(required=False)
    password = serializers.CharField(max_length=1024, allow_blank=True, allow_null=True, trim_whitespace=False, required=False)


class NewLinkSerializer(LinkFields):
    destination_url = serializers.CharField(max_length=_TEXT)
    code = serializers.CharField(max_length=_CODE, allow_blank=True, default="")
    # A hostname; the default domain where it is left out.
    domain = serializers.CharField(max_length=_HOSTNAME, allow_blank=True, default="")
    # The personal one, or that of the key, where it is left out.
    workspace = serializers.UUIDField(default=None, allow_null=True)


class LinkChangesSerializer(LinkFields):
    is_active = serializers.BooleanField(required=False)


class BulkSerializer(StrictSerializer):
    """Each of `links` is judged for itself, so that one that is wrong keeps no other from being made."""

    links = serializers.ListField(child=serializers.JSONField(), min_length=1, max_length=MAX_LINKS)


class BulkNewSerializer(BulkSerializer):
    workspace = serializers.UUIDField(default=None, allow_null=True)


class BulkNewLinkSerializer(LinkFields):
    destination_url = serializers.CharField(max_length=_TEXT)
    code = serializers.CharField(max_length=_CODE, allow_blank=True, default="")
    domain = serializers.CharField(max_length=_HOSTNAME, allow_blank=True, default="")


class BulkPlaceSerializer(StrictSerializer):
    """Which link is meant; the one on the default domain where none is named."""

    domain = serializers.CharField(max_length=_HOSTNAME, allow_blank=True, default="")
    code = serializers.CharField(max_length=_CODE)


class BulkChangesSerializer(BulkPlaceSerializer, LinkChangesSerializer):
    pass


class ShortenSerializer(StrictSerializer):
    url = serializers.CharField(max_length=_TEXT)
    code = serializers.CharField(max_length=_CODE, allow_blank=True, default="")
    domain = serializers.CharField(max_length=_HOSTNAME, allow_blank=True, default="")
    workspace = serializers.UUIDField(default=None, allow_null=True)


class SearchSerializer(StrictSerializer):
    """The query of a search."""

    q = serializers.CharField(max_length=_TEXT, allow_blank=True, default="")
    # All of one's workspaces where it is left out.
    workspace = serializers.UUIDField(default=None, allow_null=True)
    tag = serializers.CharField(max_length=_TEXT, allow_blank=True, default="")
    domain = serializers.CharField(max_length=_HOSTNAME, allow_blank=True, default="")
    state = serializers.ChoiceField(choices=list(LinkState), default="", allow_blank=True)
    order = serializers.ChoiceField(choices=list(Sort), default=Sort.RELEVANCE)
    page = serializers.IntegerField(min_value=1, max_value=MAX_DEPTH, default=1)
    page_size = serializers.IntegerField(min_value=1, max_value=MAX_SIZE, default=20)


class TagsSerializer(StrictSerializer):
    """The query of the list of tags."""

    workspace = serializers.UUIDField(default=None, allow_null=True)
    page = serializers.IntegerField(min_value=1, max_value=MAX_DEPTH, default=1)
    page_size = serializers.IntegerField(min_value=1, max_value=1000, default=200)


class NewCodeSerializer(StrictSerializer):
    code = serializers.CharField(max_length=_CODE)


class ListSerializer(StrictSerializer):
    """The query of a list."""

    workspace = serializers.UUIDField(default=None, allow_null=True)
    tag = serializers.CharField(max_length=_TEXT, allow_blank=True, default="")
    domain = serializers.CharField(max_length=_HOSTNAME, allow_blank=True, default="")
    state = serializers.ChoiceField(choices=list(LinkState), default="", allow_blank=True)
    order = serializers.ChoiceField(choices=list(SORTS), default="-created_at")
    cursor = serializers.CharField(max_length=100, default="")
    page_size = serializers.IntegerField(min_value=1, max_value=MAX_PAGE_SIZE, default=PAGE_SIZE)


def shown(link: Link, *, now: datetime, aliases: Sequence[str] | None = None) -> dict[str, Any]:
    """What is told of a link that is loaded for rows; `aliases` are codes that it had before, of one link alone."""
    found: dict[str, Any] = {
        "short_url": selectors.short_url(link),
        "domain": link.domain.hostname,
        "code": link.code,
        "destination_url": link.destination_url,
        "title": link.title,
        "description": link.description,
        "tags": sorted(tag.name for tag in link.tags.all()),
        "state": link.state_at(now),
        "is_active": link.is_active,
        "valid_from": link.valid_from,
        "expires_at": link.expires_at,
        "redirect_status": link.redirect_status,
        "cache_seconds": link.cache_seconds,
        "forward_query": link.forward_query,
        "forward_path": link.forward_path,
        "utm": link.utm,
        "max_clicks": link.max_clicks,
        "is_crawlable": link.is_crawlable,
        "has_password": bool(link.password_hash),
        "has_rules": bool(link.rules.all()),
        "clicks": link.click_count,
        "version": link.version,
        "created_at": link.created_at,
        "updated_at": link.updated_at,
        "deleted_at": link.deleted_at,
    }
    return found if aliases is None else {**found, "aliases": list(aliases)}
