"""From the Host header to the domain that links live on."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http.request import split_domain_port, validate_host

from apps.links.hostnames import normalise

# Hosts by which a domain is reached besides its own name; each may hold a copy of an entry.
_MAX_ALIASES = 4
# What a Host header may look like; percent signs and non-ASCII are left to clients' address bars.
_is_host = re.compile(rb"(?:[A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?\Z").match


@dataclass(frozen=True, slots=True)
class DomainRef:
    """A row of the domain table; `workspace_id` 0 = the installation's own, URLs "" = none."""

    id: int
    hostname: str
    is_default: bool
    workspace_id: int = 0
    root_url: str = ""
    not_found_url: str = ""
    expired_url: str = ""
    apple_app_ids: list[str] = field(default_factory=list)
    android_apps: list[dict[str, Any]] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The hostname without its port."""
        return split_domain_port(self.hostname)[0] or self.hostname


def normalise_host(raw: bytes) -> str | None:
    """The Host header in the spelling of `Domain.hostname`, or None when it is no host."""
    text = raw.strip(b" \t")
    if _is_host(text) is None:
        return None
    return normalise(text.decode("ascii"), scheme=urlsplit(settings.PUBLIC_URL).scheme)


class DomainTable:
    """The domains of this installation, as last read from the database."""

    def __init__(self) -> None:
        self.is_loaded = False
        self._by_hostname: dict[str, DomainRef] = {}
        self._names: frozenset[str] = frozenset()
        self._default: DomainRef | None = None
        # Hosts as sent under which entries of a domain may be cached.
        self._keys: dict[int, list[bytes]] = {}

    def load(self, domains: Iterable[DomainRef]) -> bool:
        """Replace all by `domains`. Whether a host now means another domain than before, or none:
        answers that are kept by host are out of date then."""
        before = {hostname: domain.id for hostname, domain in self._by_hostname.items()}
        self._by_hostname = {domain.hostname: domain for domain in domains}
        has_moved = before != {hostname: domain.id for hostname, domain in self._by_hostname.items()}
        if has_moved:
            self._keys.clear()
        self._names = frozenset(domain.name for domain in self._by_hostname.values())
        self._default = next((domain for domain in self._by_hostname.values() if domain.is_default), None)
        for domain in self._by_hostname.values():
            keys = self._keys.setdefault(domain.id, [])
            if (own := domain.hostname.encode()) not in keys:
                keys.insert(0, own)
        self.is_loaded = True
        return has_moved

    def get(self, hostname: str) -> DomainRef | None:
        """The domain of exactly this hostname."""
        return self._by_hostname.get(hostname)

    def has_name(self, name: str) -> bool:
        """Whether a domain has this name, at whatever port; hosts that ALLOWED_HOSTS alone names do not count."""
        return name in self._names

    def find(self, raw_host: bytes) -> DomainRef | None:
        """The domain that a Host header means: its own, or the default one for other hosts that
        this installation is known by (ALLOWED_HOSTS); None for a host that is not ours."""
        hostname = normalise_host(raw_host)
        if hostname is None:
            return None
        if (domain := self._by_hostname.get(hostname)) is not None:
            return domain
        name, _port = split_domain_port(hostname)
        if not validate_host(name, settings.ALLOWED_HOSTS):
            return None
        if self._default is not None:
            keys = self._keys[self._default.id]
            if raw_host not in keys and raw_host == hostname.encode() and len(keys) <= _MAX_ALIASES:
                keys.append(raw_host)
        return self._default

    def cache_keys(self, domain_id: int, code: str) -> list[bytes]:
        """All keys that the link may have in the process cache."""
        path = b"/" + code.encode()
        return [host + path for host in self._keys.get(domain_id, ())]
