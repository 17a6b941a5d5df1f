"""Domains of e-mail addresses that may sign up."""

from collections.abc import Iterator

from disposable_email_domains import blocklist
from django.conf import settings


class DomainRefused(Exception):
    """No account is made with an address of this domain."""


def require_allowed(email: str) -> None:
    """Pass if an account may have `email`.

    A domain stands for those below it, too. When SIGNUP_ALLOWED_DOMAINS names any, no others may. Raises
    DomainRefused, whether there is such an account or not.
    """
    names = list(_with_parents(email.rpartition("@")[2]))
    if _listed(names, settings.SIGNUP_DENIED_DOMAINS):
        raise DomainRefused
    if settings.SIGNUP_ALLOWED_DOMAINS:
        if not _listed(names, settings.SIGNUP_ALLOWED_DOMAINS):
            raise DomainRefused
        # Whom the operator names is no throw-away address, whatever a list on the net says.
        return
    if settings.SIGNUP_REFUSE_THROWAWAY and any(name in blocklist for name in names):
        raise DomainRefused


def _listed(names: list[str], domains: list[str]) -> bool:
    wanted = {_canonical(domain.removeprefix("@")) for domain in domains}
    return any(name in wanted for name in names)


def _with_parents(domain: str) -> Iterator[str]:
    """`a.b.example`, `b.example`, `example`."""
    name = _canonical(domain)
    while name:
        yield name
        name = name.partition(".")[2]


def _canonical(domain: str) -> str:
    """In lower case and ASCII, without a point at the end; what has no such form as it is."""
    name = domain.strip().rstrip(".").lower()
    try:
        return name.encode("idna").decode("ascii")
    except UnicodeError:
        return name
