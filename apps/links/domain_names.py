"""Which hosts a workspace may bring as a domain of its own."""

import re
from functools import cache
from urllib.parse import urlsplit

from django.conf import settings
from django.http.request import split_domain_port, validate_host
from django.utils.translation import gettext as _
from publicsuffixlist import PublicSuffixList

from apps.links import hostnames
from apps.links.destinations import hosts
from apps.links.domain_errors import DomainRefused

# Longer names would not leave room for the label of the record that verifies them.
MAX_LENGTH = 253 - len("_shortener-challenge.")
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\Z")
# What people copy from the address bar.
_AROUND = re.compile(r"\A(?:https?://)?(.*?)/?\Z", re.IGNORECASE | re.DOTALL)


def checked_hostname(text: str, *, scheme: str) -> str:
    """The host that `text` means, in the one spelling that domains have (punycode, lower case, no usual port).

    Raises DomainRefused with field "hostname"; its codes are `required`, `invalid_host`, `ip_address`,
    `private_host`, `own_host` and `public_suffix`.
    """
    found = _AROUND.match(text.strip())
    typed = found.group(1) if found else ""
    if not typed:
        raise _refusal("required", _("Enter a host name, such as go.example.com."))
    hostname = hostnames.normalise(typed, scheme=scheme)
    if hostname is None:
        raise _refusal("invalid_host", _("This is not a host name. Enter one such as go.example.com, without a path."))
    name = without_port(hostname)
    if hosts.as_address(name) is not None:
        raise _refusal("ip_address", _("An IP address cannot be a domain. Enter a host name such as go.example.com."))
    if len(name) > MAX_LENGTH or not all(_LABEL.match(label) for label in name.split(".")):
        raise _refusal("invalid_host", _("This is not a host name that DNS could hold. Check it for typing errors."))
    _require_foreign(name)
    _require_public(name)
    return hostname


def without_port(hostname: str) -> str:
    """The name or address in `hostname`."""
    name, port = split_domain_port(hostname)
    return name if port else hostname


def _require_foreign(name: str) -> None:
    """Patterns in ALLOWED_HOSTS speak for all that they cover, but “*” says nothing about what is ours."""
    own = [pattern for pattern in settings.ALLOWED_HOSTS if pattern != "*"]
    site = urlsplit(settings.PUBLIC_URL).hostname or ""
    if validate_host(name, [*own, site, without_port(settings.SHORT_DOMAIN)]):
        raise _refusal("own_host", _("This host belongs to this site itself. Enter a domain of your own."))


def _require_public(name: str) -> None:
    if hosts.is_private(name):
        if not _allows_private_names():
            raise _refusal("private_host", _("This name means something only inside a private network. Enter one that visitors can reach."))
    elif _suffixes().is_public(name):
        message = _("“%(host)s” is an ending under which anybody can have names. Enter a name below it.") % {"host": name}
        raise _refusal("public_suffix", message)


def _allows_private_names() -> bool:
    """An installation that is itself in a private network, or on one's own computer, has domains there."""
    return settings.ALLOW_PRIVATE_DESTINATIONS or hosts.is_private(without_port(settings.SHORT_DOMAIN))


@cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList()


def _refusal(code: str, message: str) -> DomainRefused:
    return DomainRefused(message, code=code, field="hostname")
