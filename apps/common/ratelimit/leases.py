"""Tokens taken from Redis in blocks, so that most requests find one at hand.

Most visitors come once. So a client that has not been seen may pass on credit, where the limit allows
that: the next token that it asks for here pays for both. Who spreads requests over processes gets one
too many from each of them at most, once in the limit's period.

A client's first token but for that costs a round trip. While it goes on asking, blocks grow: each is twice the one
that was used up, or as large as what was used of the last one, so never more tokens lie idle than the
client has spent. An unused rest ends with its lease; the bucket in Redis has not filled up meanwhile
(see `script`), so all processes together never let more through than the limit.
"""

import asyncio
from collections import OrderedDict
from itertools import islice
from time import time_ns

from apps.common.ratelimit.buckets import AsyncBuckets, BucketsUnavailable
from apps.common.ratelimit.clients import client_key
from apps.common.ratelimit.limits import Decision, RateLimit
from apps.common.ratelimit.local import LocalBuckets
from apps.common.ratelimit.script import Grant

SECOND = 1_000_000_000
LEASE_NS = SECOND
# With a limit of some seconds a lease of one would hold too much of it.
_LEASES_PER_PERIOD = 10
# Tokens of the largest block: few enough for other processes to find some, too. One thirty-second of a
# large bucket is more, a quarter of a small one is less.
_BLOCK = 20
# A refused client is told so without asking Redis again, for so long at most.
_REFUSAL_NS = SECOND
MAX_CLIENTS = 100_000
_LOOKED_AT = 5_000


class Lease:
    """What one client may still spend here before `until_ns`, or why it may not."""

    __slots__ = ("bucket", "flight", "left", "owed", "refusal", "size", "until_ns", "waiting")

    def __init__(self) -> None:
        self.left = 0
        # Tokens spent on credit.
        self.owed = 0
        self.until_ns = 0
        self.size = 0
        self.refusal: Decision | None = None
        # Tokens that the bucket in Redis had, and when; None when this process has counted since.
        self.bucket: tuple[int, int] | None = None
        self.flight: asyncio.Task[Decision | None] | None = None
        # Requests that wait for the flight.
        self.waiting = 0

    def next_size(self, now_ns: int, lease_ns: int) -> int:
        """How many tokens the client is likely to spend during the next lease."""
        if now_ns > self.until_ns + lease_ns:
            return 1
        return self.size * 2 if self.left == 0 else self.size - self.left


class TokenLeases:
    """One limit for all clients of a process; runs on one event loop. `gives_credit` lets who has not
    been seen pass at once."""

    def __init__(self, buckets: AsyncBuckets, *, local: LocalBuckets, gives_credit: bool = False) -> None:
        self.limit: RateLimit | None = None
        self._gives_credit = gives_credit
        self._buckets = buckets
        self._local = local
        # By address as requests bring it, and by client where that is another word; oldest lease first.
        self._leases: OrderedDict[bytes, Lease] = OrderedDict()
        self._lease_ns = LEASE_NS
        self._block = 1

    def set_limit(self, limit: RateLimit | None) -> None:
        """From now on clients have this limit, or none."""
        if limit == self.limit:
            return
        self.limit = limit
        self.clear()
        if limit is not None:
            self._lease_ns = min(LEASE_NS, limit.per_seconds * SECOND // _LEASES_PER_PERIOD)
            self._block = max(1, min(limit.capacity // 4, max(_BLOCK, limit.capacity // 32)))

    def clear(self) -> None:
        """Forget all leases, for instance because the clock was set."""
        self._leases.clear()

    def spend(self, address: bytes, now_ns: int) -> bool:
        """Whether a request from `address` may pass at once: the client has a token at hand, which is
        gone then, or there is no limit."""
        lease = self._leases.get(address)
        if lease is None:
            return self.limit is None or (self._gives_credit and self._lend(address, now_ns, self.limit))
        if lease.left > 0 and now_ns < lease.until_ns:
            lease.left -= 1
            return True
        return self.limit is None

    def _lend(self, address: bytes, now_ns: int, limit: RateLimit) -> bool:
        """Whether a client that was not known by this address was not known at all; it owes a token then."""
        key = client_key(address.decode("latin-1")).encode()
        if not key or key in self._leases or limit.capacity == 1:
            return False
        lease = Lease()
        lease.owed = 1
        # Remembered for as long as it would take to ask for all that the limit allows.
        lease.until_ns = now_ns + limit.per_seconds * SECOND
        self._keep(lease, address, key)
        return True

    async def take(self, address: bytes) -> Decision | None:
        """One token for the client at `address` (canonical); None when it may pass, else the refusal.

        An address that names nobody passes.
        """
        key = client_key(address.decode("latin-1"))
        lease = self._leases.get(key.encode()) or Lease()
        while (limit := self.limit) is not None and key:
            now = time_ns()
            if now < lease.until_ns:
                if lease.left > 0:
                    lease.left -= 1
                    self._leases[address] = lease
                    return None
                if lease.refusal is not None:
                    return lease.refusal
            if lease.flight is None:
                self._keep(lease, address, key.encode())
                lease.flight = asyncio.create_task(self._renew(lease, limit, key, self._most(lease, now)))
                # Who asks gets the answer, however late it comes: on a busy machine the lease may have ended.
                return await asyncio.shield(lease.flight)
            lease.waiting += 1
            try:
                await asyncio.shield(lease.flight)
            finally:
                lease.waiting -= 1
        return None

    def refusal_of(self, address: bytes) -> Decision | None:
        """The refusal that still holds for the client at `address`, if there is one. Asks nobody."""
        lease = self._leases.get(client_key(address.decode("latin-1")).encode())
        return lease.refusal if lease is not None and lease.left == 0 and time_ns() < lease.until_ns else None

    def _keep(self, lease: Lease, address: bytes, key: bytes) -> None:
        for name in {address, key}:
            self._leases.pop(name, None)
            self._leases[name] = lease
        while len(self._leases) > MAX_CLIENTS:
            self._leases.popitem(last=False)

    def _most(self, lease: Lease, now_ns: int) -> int:
        """Tokens to ask for: one for each request that waits, and more for those to come."""
        return lease.owed + max(lease.waiting + 1, min(self._block, lease.next_size(now_ns, self._lease_ns)))

    async def _renew(self, lease: Lease, limit: RateLimit, key: str, most: int) -> Decision | None:
        """Fill the lease, but for the token of the request that asks; gives what becomes of that."""
        asked_at = time_ns()
        try:
            grant = await self._grant(lease, limit, key, most)
        finally:
            lease.flight = None
        decision = grant.decision
        lease.size = grant.tokens
        lease.left = max(0, grant.tokens - 1 - lease.owed)
        if decision.allowed:
            lease.owed = 0
        lease.refusal = None if decision.allowed else decision
        lifetime = self._lease_ns if decision.allowed else min(_REFUSAL_NS, int(decision.retry_after * SECOND))
        lease.until_ns = asked_at + lifetime
        return lease.refusal

    async def _grant(self, lease: Lease, limit: RateLimit, key: str, most: int) -> Grant:
        asked_at = time_ns()
        least = 1 + lease.owed
        try:
            grant = await self._buckets.take(limit, key, least=least, most=most, lease_ns=self._lease_ns)
        except BucketsUnavailable:
            known = None
            if lease.bucket is not None:
                # Who has used up the limit must not get another one because Redis is slow.
                tokens, at_ns = lease.bucket
                known = tokens + max(0, asked_at - at_ns) / SECOND * limit.refill_per_second
                lease.bucket = None
            return self._local.take(limit, key, least=least, most=most, known=known)
        lease.bucket = (grant.decision.remaining, asked_at)
        return grant

    def forget_ended(self, now_ns: int) -> None:
        """Drop leases that have ended long ago; looks at some thousands at a call."""
        for address, lease in list(islice(self._leases.items(), _LOOKED_AT)):
            del self._leases[address]
            if lease.flight is not None or now_ns < lease.until_ns + self._lease_ns:
                self._leases[address] = lease
