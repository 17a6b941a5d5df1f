"""One try to log in: asked for before the password is looked at, and told how it went after."""

from collections.abc import Callable
from functools import cache
from typing import TypeVar

from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from apps.accounts.lockout.counters import Counters, CountersUnavailable, RedisCounters
from apps.accounts.lockout.local import LocalCounters
from apps.accounts.lockout.rules import account_rule, address_rule, source_rule
from apps.common.errors import DomainError
from apps.common.ratelimit.clients import client_key

T = TypeVar("T")


class TooManyAttempts(DomainError):
    """Too many tries have failed; another one may be made after `retry_after` seconds."""

    code = "too_many_attempts"
    http_status = 429

    def __init__(self, retry_after: float) -> None:
        super().__init__(_("Too many failed attempts. Wait a few minutes, or reset the password."), params={"retry_after": retry_after})
        self.retry_after = retry_after


class Lockout:
    """Counts tries in Redis; while that does not answer, in this process alone."""

    def __init__(self) -> None:
        self._redis = RedisCounters()
        self._local = LocalCounters()

    def take(self, account: str, source: str, client: str) -> float:
        """Count a try; gives the seconds to wait, and counts nothing if there are any."""
        return self._ask(lambda counters: _take(counters, account, source, client))

    def wait(self, account: str, source: str, client: str) -> float:
        """The seconds to wait after a try that failed."""
        keys = [_of_source(account, source), *([_of_account(account)] if client else [])]
        return self._ask(lambda counters: max(counters.wait(keys), counters.wait([_of_address(client)]) if client else 0.0))

    def give_back(self, account: str, source: str, client: str) -> None:
        """The try was not a guess: take it back, and know its address from now on."""

        def step(counters: Counters) -> None:
            counters.forget([_of_source(account, source)])
            if client:
                counters.give_back(_of_account(account))
                counters.give_back(_of_address(client))
                counters.remember(_known(account, client))

        self._ask(step)

    def forgive(self, account: str) -> None:
        """Forget what strangers have tried."""
        self._ask(lambda counters: counters.forget([_of_account(account)]))

    def _ask(self, step: Callable[[Counters], T]) -> T:
        try:
            return step(self._redis)
        except CountersUnavailable:
            return step(self._local)


@cache
def get_lockout() -> Lockout:
    """The counts that this process asks."""
    return Lockout()


def check(email: str, address: str, *, device: str = "") -> None:
    """Count a try for `email` from `address` (canonical); `device` is what `devices.known` gave, "" for none.

    Raises TooManyAttempts. Whoever is let pass must tell the outcome: until then the try counts as failed.
    """
    wait = get_lockout().take(*_names(email, address, device))
    if wait > 0:
        raise TooManyAttempts(wait)


def failed(email: str, address: str, *, device: str = "") -> bool:
    """The password was wrong, or there is no such account. Gives whether a wait begins with this try."""
    return get_lockout().wait(*_names(email, address, device)) > 0


def succeeded(email: str, address: str, *, device: str = "") -> None:
    """The password was right: the try does not count, and the address is known from now on."""
    get_lockout().give_back(*_names(email, address, device))


def forgive(email: str, address: str) -> None:
    """The owner has shown to read mail at `email` from `address`: forget what strangers have tried."""
    account, source, client = _names(email, address, "")
    get_lockout().forgive(account)
    get_lockout().give_back(account, source, client)


def account_key(email: str) -> str:
    """What stands for the account in keys and cookies; it tells nobody the address."""
    return salted_hmac("accounts.lockout", email.strip().lower(), algorithm="sha256").hexdigest()[:32]


def _names(email: str, address: str, device: str) -> tuple[str, str, str]:
    """Account, source, and the client; "" for the client of a known device, at whose address nothing is counted."""
    account = account_key(email)
    if device:
        return account, f"device:{device}", ""
    # What is no address, such as the "" of a Unix socket, is one client: it must not go uncounted.
    client = client_key(address) or "unknown"
    return account, f"address:{client}", client


def _take(counters: Counters, account: str, source: str, client: str) -> float:
    own = (_of_source(account, source), source_rule())
    if not client:
        return counters.take([own])
    at_address = _of_address(client)
    wait = counters.take([(at_address, address_rule())])
    if wait > 0:
        return wait
    strangers = _of_account(account)
    wait = counters.take([own, (strangers, account_rule())], known_key=_known(account, client), unless_known=[strangers])
    if wait > 0:
        counters.give_back(at_address)
    return wait


# Keys of one account share a slot of a Redis cluster.
def _of_source(account: str, source: str) -> str:
    return f"lockout:{{{account}}}:{source}"


def _of_account(account: str) -> str:
    return f"lockout:{{{account}}}:strangers"


def _known(account: str, client: str) -> str:
    return f"lockout:{{{account}}}:known:{client}"


def _of_address(client: str) -> str:
    return f"lockout:at:{client}"
