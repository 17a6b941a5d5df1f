"""What the export of a user's data says of their keys; never what they are made of."""

import json
from collections.abc import Iterator
from typing import Final

from django.core.serializers.json import DjangoJSONEncoder

from apps.accounts.models import ApiKey, User
from apps.accounts.privacy.registry import Part


def _keys(user: User) -> Iterator[bytes]:
    found = ApiKey.objects.filter(membership__user=user).order_by("created_at", "pk").select_related("membership__workspace")
    rows = [
        {
            "name": key.name,
            "begins_with": key.prefix,
            "workspace": key.membership.workspace.name,
            "scopes": key.scopes,
            "domain": key.domain_hostname or None,
            "created_at": key.created_at,
            "expires_at": key.expires_at,
            "last_used_at": key.last_used_at,
            "last_used_address": key.last_used_address,
            "revoked_at": key.revoked_at,
        }
        for key in found
    ]
    yield json.dumps(rows, cls=DjangoJSONEncoder, ensure_ascii=False, indent=2).encode()


PARTS: Final = (Part("api-keys.json", _keys),)
