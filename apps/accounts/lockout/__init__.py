"""How often somebody may try to log in, without a stranger being able to lock an owner out.

Tries are counted in three ways. A device that this account has logged in from before (it shows a signed
cookie) has a count of its own and nothing else counts for it. Everybody else has a count for the account
at their address, one for their address whatever the account, and one that all share who try this account
from addresses that it is not known at. Waits grow with each further try and counts shrink with time.

So whoever knows an e-mail address can use up the last of the counts at most, and its owner comes in
from a device or an address that is known, or by a reset of the password, which forgives all.

An account that does not exist is counted like one that does.
"""

from apps.accounts.lockout.attempts import TooManyAttempts, check, failed, forgive, succeeded

__all__ = ["TooManyAttempts", "check", "failed", "forgive", "succeeded"]
