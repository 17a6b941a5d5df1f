"""System checks of settings that have a form: what is wrong, and what to write instead.

What can be told from one value alone is refused where settings read it (shortener_project/settings/env.py).
"""

import re
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.core.exceptions import ImproperlyConfigured

from apps.common.http import AddressRanges

_HOST = re.compile(r"(?=.{1,253}(:|\Z))[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*|\[[0-9a-f:.]+\]")
_DEFAULT_PORTS = {"http": "80", "https": "443"}
_MAX_PORT = 65_535


@register()
def addresses(**_kwargs: Any) -> list[CheckMessage]:
    """E001: proxies and machines of our own are addresses and networks."""
    found: list[CheckMessage] = []
    for setting, without in [("TRUSTED_PROXIES", "to trust nobody"), ("INTERNAL_ADDRESSES", "for this machine alone")]:
        try:
            AddressRanges.parse(getattr(settings, setting), setting=setting)
        except ImproperlyConfigured as error:
            found.append(_error("E001", f"{error}.", f"Separate several by commas; leave it empty {without}."))
    return found


@register()
def public_url(**_kwargs: Any) -> list[CheckMessage]:
    """E002: the address of the site is a scheme and a host, and nothing else."""
    hint = "Set PUBLIC_URL to the scheme and host of the site, such as https://links.example.com"
    parts = urlsplit(settings.PUBLIC_URL)
    if parts.scheme not in _DEFAULT_PORTS:
        return [_error("E002", f"PUBLIC_URL is {settings.PUBLIC_URL!r}: it begins with neither http:// nor https://.", hint)]
    if not _is_authority(parts.netloc.lower()):
        return [_error("E002", f"PUBLIC_URL is {settings.PUBLIC_URL!r}: {parts.netloc!r} is not a host.", hint)]
    if parts.path or parts.query or parts.fragment:
        return [_error("E002", f"PUBLIC_URL is {settings.PUBLIC_URL!r}: it goes on after the host.", hint)]
    return []


@register()
def short_domain(**_kwargs: Any) -> list[CheckMessage]:
    """E003: the host of short links, with a port only where the scheme's own is not meant."""
    value = settings.SHORT_DOMAIN
    hint = "Set SHORT_DOMAIN to a host without scheme and path, such as sho.rt"
    if not _is_authority(value):
        return [_error("E003", f"SHORT_DOMAIN is {value!r}: not a host.", hint)]
    scheme = urlsplit(settings.PUBLIC_URL).scheme
    if value.rpartition("]")[2].rpartition(":")[2] == _DEFAULT_PORTS.get(scheme):
        return [_error("E003", f"SHORT_DOMAIN is {value!r}: {scheme} needs no port there.", hint)]
    return []


def _is_authority(text: str) -> bool:
    match = _HOST.match(text)
    if not match:
        return False
    port = text[match.end() :]
    return port == "" or (port[1:].isdecimal() and port[0] == ":" and 0 < int(port[1:]) <= _MAX_PORT)


def _error(check_id: str, message: str, hint: str) -> CheckMessage:
    return Error(message, hint=hint, id=f"shortener.{check_id}")
