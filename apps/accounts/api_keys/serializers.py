"""API keys as JSON."""

from typing import Any

from rest_framework import serializers

from apps.accounts.api_keys.scopes import WORDS
from apps.accounts.models import API_KEY_NAME_MAX_LENGTH, ApiKey
from apps.common.api.serializers import StrictSerializer

# Twice the limit: the service cuts blanks, and says itself what is too long.
_NAME_MAX_LENGTH = 2 * API_KEY_NAME_MAX_LENGTH
_HOSTNAME_MAX_LENGTH = 260


class NewKeySerializer(StrictSerializer):
    name = serializers.CharField(max_length=_NAME_MAX_LENGTH)
    scopes = serializers.ListField(child=serializers.CharField(max_length=32), max_length=2 * len(WORDS))
    # The personal one, or that of the key that asks, where it is left out.
    workspace = serializers.UUIDField(default=None, allow_null=True)
    # A hostname: for links of this domain alone.
    domain = serializers.CharField(max_length=_HOSTNAME_MAX_LENGTH, default="", allow_blank=True)
    expires_at = serializers.DateTimeField(default=None, allow_null=True)


class KeyChangesSerializer(StrictSerializer):
    name = serializers.CharField(max_length=_NAME_MAX_LENGTH, required=False)
    expires_at = serializers.DateTimeField(required=False, allow_null=True)


class ListSerializer(StrictSerializer):
    """The query of a list: with a workspace the keys of all of its members; those that come after the key with an id."""

    workspace = serializers.UUIDField(default=None, allow_null=True)
    after = serializers.UUIDField(default=None, allow_null=True)


def shown(key: ApiKey, *, text: str = "") -> dict[str, Any]:
    """What is told of a key; its `text` when it has just been made."""
    found: dict[str, Any] = {
        "id": str(key.public_id),
        "name": key.name,
        "prefix": key.prefix,
        "owner": str(key.membership.user),
        "workspace": str(key.membership.workspace.public_id),
        "scopes": list(key.scopes),
        "domain": key.domain_hostname or None,
        "created_at": key.created_at,
        "expires_at": key.expires_at,
        "last_used_at": key.last_used_at,
        "last_used_address": key.last_used_address,
    }
    return found | {"key": text} if text else found
