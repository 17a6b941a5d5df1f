"""Limits for views and services: one round trip for each request that costs something."""

from collections import Counter
from functools import cache

from apps.common.ratelimit.buckets import Buckets, BucketsUnavailable
from apps.common.ratelimit.limits import Decision, EndpointClass, RateLimit
from apps.common.ratelimit.local import LocalBuckets
from apps.common.ratelimit.table import get_table


class Limiter:
    """Takes tokens from Redis; while it does not answer, from buckets of this process."""

    def __init__(self) -> None:
        self.buckets = Buckets()
        self._local = LocalBuckets()
        # Requests refused, by the name of the limit.
        self.refused: Counter[str] = Counter()

    def take(self, limit: RateLimit, subject: str, *, cost: int = 1) -> Decision:
        """Take `cost` tokens from the bucket of `subject`, or refuse."""
        try:
            decision = self.buckets.take(limit, subject, cost=cost).decision
        except BucketsUnavailable:
            decision = self._local.take(limit, subject, least=cost, most=cost).decision
        if not decision.allowed:
            self.refused[limit.name] += 1
        return decision


@cache
def get_limiter() -> Limiter:
    """The limiter of this process."""
    return Limiter()


def take(endpoint_class: EndpointClass, subject: str, *, cost: int = 1) -> Decision | None:
    """Take `cost` tokens of `subject` under the limit of the class.

    None when it has none. `subject` names who or what is limited, for instance
    `client_key(address)`, or that and the id of a link.
    """
    limit = get_table().of(endpoint_class)
    return get_limiter().take(limit, subject, cost=cost) if limit is not None else None
