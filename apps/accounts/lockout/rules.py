"""How many tries are free, and how long the waits are after that."""

from dataclasses import dataclass

from django.conf import settings

_FIRST_WAIT_SECONDS = 30.0
# A count shrinks by one in this time; at the account-wide limit that leaves a botnet two guesses an hour.
_FORGET_SECONDS = 1800.0
_FORGET_ADDRESS_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Rule:
    """`free` tries come without a wait, the last of them begins one of `first_wait` seconds; each further try
    doubles it up to `longest_wait`. The count shrinks by one each `forget` seconds.
    """

    name: str
    free: int
    first_wait: float
    longest_wait: float
    forget: float

    def wait_after(self, count: float) -> float:
        """Seconds to wait after the try that brought the count to `count`; 0 for none."""
        # Rounded, as it has shrunk a little since the try before.
        doublings = round(count) - self.free
        if doublings < 0:
            return 0.0
        # Beyond 30 doublings every wait is the longest.
        return min(self.longest_wait, self.first_wait * 2.0 ** min(doublings, 30))


def source_rule() -> Rule:
    """For one account from one device or one address."""
    return _rule("source", settings.LOCKOUT_ATTEMPTS, _FORGET_SECONDS)


def account_rule() -> Rule:
    """For one account from all addresses that it is not known at."""
    return _rule("account", settings.LOCKOUT_ACCOUNT_ATTEMPTS, _FORGET_SECONDS)


def address_rule() -> Rule:
    """For one address, whatever the account; a whole office may share it."""
    return _rule("address", settings.LOCKOUT_ADDRESS_ATTEMPTS, _FORGET_ADDRESS_SECONDS)


def _rule(name: str, free: int, forget: float) -> Rule:
    return Rule(name, free, _FIRST_WAIT_SECONDS, float(settings.LOCKOUT_MAX_SECONDS), forget)
