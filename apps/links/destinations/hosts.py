"""Which hosts a link may lead to, by the look of the host alone: no name is ever resolved."""

import re
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

from django.conf import settings
from django.utils.translation import gettext as _

from apps.links.destinations.refusal import refusal

_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\Z")
# RFC 6761 and 6762 (with its appendix G), RFC 8375, and what ICANN set aside in 2024: names that
# mean something else on each network.
_PRIVATE_SUFFIXES = (
    ".localhost", ".localdomain", ".local", ".internal", ".intranet", ".private", ".corp", ".home", ".lan", ".home.arpa",
)  # fmt: skip
# Global by the registry, but the metadata service of a large cloud.
_PRIVATE_V4 = (IPv4Network("168.63.129.16/32"),)
_GLOBAL_V6 = IPv6Network("2000::/3")
# Ranges whose addresses stand for IPv4 ones: Teredo and 6to4.
_TUNNELS_V6 = (IPv6Network("2001::/32"), IPv6Network("2002::/16"))


def without_root_dot(host: str) -> str:
    """`example.com.` and `example.com` are one host; the second spelling."""
    return host.removesuffix(".")


def require_form(host: str) -> None:
    """Pass if the ASCII `host` is an IP address or a name that DNS could hold. Raises LinkError."""
    if as_address(host) is not None:
        return
    name = without_root_dot(host)
    if len(name) > 253 or not all(_LABEL.match(label) for label in name.split(".")):
        raise refusal("invalid_host", _("The host name in the address is not valid. Check it for typing errors."))


def require_public(host: str) -> None:
    """Pass if visitors from anywhere could reach `host`, or the installation allows others. Raises LinkError."""
    if settings.ALLOW_PRIVATE_DESTINATIONS or not is_private(host):
        return
    message = _(
        "“%(host)s” can only be reached from inside a private network. "
        "Whoever runs this site can allow such addresses with the setting ALLOW_PRIVATE_DESTINATIONS."
    )
    raise refusal("private_host", message % {"host": host})


def is_private(host: str) -> bool:
    """Whether the ASCII `host` means nothing, or something else, outside one's own network."""
    address = as_address(host)
    if address is not None:
        return not _is_global(address)
    name = f".{without_root_dot(host)}"
    return "." not in name[1:] or name.endswith(_PRIVATE_SUFFIXES)


def as_address(host: str) -> IPv4Address | IPv6Address | None:
    """The IP address that a URL's `host` is, or None for a name."""
    try:
        return ip_address(host.removeprefix("[").removesuffix("]"))
    except ValueError:
        return None


def _is_global(address: IPv4Address | IPv6Address) -> bool:
    if not address.is_global or address.is_multicast:
        return False
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _PRIVATE_V4)
    return address in _GLOBAL_V6 and not any(address in network for network in _TUNNELS_V6)
