"""Reading the record by which the owner of a domain shows that it is theirs."""

from collections.abc import Sequence

import dns.exception
import dns.nameserver
import dns.resolver
from django.conf import settings
from django.http.request import split_domain_port

RECORD_LABEL = "_shortener-challenge"
# Whoever pressed “check now” waits no longer than this (s).
PATIENCE = 5.0
_DNS_PORT = 53


class DnsUnavailable(Exception):
    """No name server gave an answer in time; nothing is known."""


def record_name(name: str) -> str:
    """Where the TXT record of the host `name` (without port) stands."""
    return f"{RECORD_LABEL}.{name}"


def read_texts(name: str) -> Sequence[str]:
    """Texts of the TXT records at `name`, none when there are none. Raises DnsUnavailable."""
    try:
        answer = _resolver().resolve(f"{name}.", "TXT", lifetime=PATIENCE, search=False)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return []
    except (dns.exception.DNSException, OSError) as error:
        raise DnsUnavailable(str(error)) from error
    return [b"".join(record.strings).decode("utf-8", "replace") for record in answer]


def _resolver() -> dns.resolver.Resolver:
    """Made for each question, so that nothing old is remembered. Raises OSError, DNSException."""
    if not settings.DNS_SERVERS:
        return dns.resolver.Resolver()
    resolver = dns.resolver.Resolver(configure=False)
    resolver.nameservers = [_server(word) for word in settings.DNS_SERVERS]
    return resolver


def _server(word: str) -> dns.nameserver.Nameserver:
    address, port = split_domain_port(word)
    return dns.nameserver.Do53Nameserver((address or word).strip("[]"), int(port) if port else _DNS_PORT)
