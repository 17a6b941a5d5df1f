"""Limits on the views of the APIs, and what their answers tell of them.

Every answer has `RateLimit-Limit`, `-Remaining`, `-Reset` and `-Policy` as draft-ietf-httpapi-ratelimit-headers-06
defines them (why this one, says `Decision.headers`), and a 429 has `Retry-After`. Redis counts for all processes;
while it does not answer each process counts for itself, and requests pass within that.
"""

from collections.abc import Iterable, MutableMapping
from typing import TYPE_CHECKING

from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from apps.common.ratelimit.limits import Decision

if TYPE_CHECKING:
    # It reads the setting that names throttles when it is imported.
    from rest_framework.views import APIView


class BucketThrottle(BaseThrottle):
    """Takes a token for each request from the buckets that `decide` says."""

    _wait = 0.0

    def decide(self, request: Request) -> Iterable[Decision | None]:
        """Take tokens for `request`; None where it needs none."""
        raise NotImplementedError

    def allow_request(self, request: Request, view: "APIView") -> bool:
        """Whether the request may pass; its answer tells of the limit either way."""
        decisions = [decision for decision in self.decide(request) if decision is not None]
        for decision in decisions:
            tell(view.headers, decision)
        self._wait = max((decision.retry_after for decision in decisions), default=0.0)
        return all(decision.allowed for decision in decisions)

    def wait(self) -> float:
        """Seconds after which a refused request passes."""
        return self._wait


def tell(headers: MutableMapping[str, str], decision: Decision) -> None:
    """Put `decision` into the header fields of an answer, unless they tell of one that leaves less already."""
    wait, told = int(headers.get("Retry-After", 0)), headers.get("RateLimit-Remaining")
    leaves_less = told is None or decision.remaining < int(told)
    if (leaves_less and not wait) if decision.allowed else decision.retry_after > wait:
        headers.update(decision.headers())
