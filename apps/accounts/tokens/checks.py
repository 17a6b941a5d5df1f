"""What `manage.py check --deploy` says of the keys that tokens are signed with."""

from typing import Any

from django.core import checks
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.exceptions import ImproperlyConfigured

_OTHERS = 0o077


@register(Tags.security, deploy=True)
def jwt_keys(**_kwargs: Any) -> list[CheckMessage]:
    """E021: there is a key, and each can be read. W021: by its owner alone."""
    from apps.accounts.tokens.keys import key_ring  # noqa: PLC0415 - a process for short domains needs no cryptography

    try:
        keys = key_ring().keys
    except (ImproperlyConfigured, OSError) as error:
        return [Error(str(error), id="shortener.E021")]
    open_ones = [key.path.name for key in keys if key.path.stat().st_mode & _OTHERS]
    if not open_ones:
        return []
    hint = "Let the owner alone read them (chmod 600)."
    return [checks.Warning(f"JWT_KEYS_DIR: others may read {', '.join(open_ones)}.", hint=hint, id="shortener.W021")]
