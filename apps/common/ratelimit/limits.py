"""What is limited, and what a limiter says to one request."""

import math
import re
from dataclasses import dataclass
from enum import StrEnum

_FORM = re.compile(r"([0-9]{1,9})/([0-9]{1,9})\Z")
# A longer time to fill a bucket is a mistake, and so is a larger bucket: counting stays exact up to here.
MAX_CAPACITY = 1_000_000
MAX_SECONDS = 86_400


class EndpointClass(StrEnum):
    """Kinds of requests that share a limit; a setting `RATE_LIMIT_<NAME>` has the default of each."""

    REDIRECT = "redirect"
    UNKNOWN_CODE = "unknown_code"
    PASSWORD = "password"  # noqa: S105 - the name of a kind of requests
    WEB_WRITE = "web_write"
    API = "api"
    CREATE = "create"
    LOG_IN = "log_in"
    LOG_IN_ACCOUNT = "log_in_account"
    SIGN_UP = "sign_up"


# Made by visitors of short links and by people who are not logged in yet: nothing but the address is known of them.
VISITOR_CLASSES = (
    EndpointClass.REDIRECT,
    EndpointClass.UNKNOWN_CODE,
    EndpointClass.PASSWORD,
    EndpointClass.LOG_IN,
    EndpointClass.LOG_IN_ACCOUNT,
    EndpointClass.SIGN_UP,
)


@dataclass(frozen=True, slots=True)
class RateLimit:
    """A bucket of `capacity` tokens that an empty one takes `per_seconds` to fill; a request costs one."""

    name: str
    capacity: int
    per_seconds: int

    @property
    def refill_per_second(self) -> float:
        return self.capacity / self.per_seconds

    @classmethod
    def parse(cls, name: str, text: str) -> "RateLimit | None":
        """From `600/60`: 600 requests at once, and 600 more in the course of 60 s. `0` means no limit: None.

        Raises ValueError for anything else.
        """
        if text == "0":
            return None
        match = _FORM.match(text)
        if match is None:
            raise ValueError(f"expected requests/seconds such as 600/60, or 0 for no limit, got {text!r}")
        capacity, per_seconds = int(match[1]), int(match[2])
        if not (0 < capacity <= MAX_CAPACITY and 0 < per_seconds <= MAX_SECONDS):
            raise ValueError(f"expected 1 to {MAX_CAPACITY} requests in 1 to {MAX_SECONDS} seconds, got {text!r}")
        return cls(name, capacity, per_seconds)


@dataclass(frozen=True, slots=True)
class Decision:
    """What became of a request for `cost` tokens. Times are seconds from now.

    `remaining` tokens are left, `reset_after` fills the bucket, and after `retry_after` the same
    request passes (0 when it has passed).
    """

    limit: RateLimit
    allowed: bool
    remaining: int
    reset_after: float
    retry_after: float

    def headers(self) -> dict[str, str]:
        """The header fields of the answer, as draft-ietf-httpapi-ratelimit-headers-06 defines them.

        It is the last draft with one field for each number, which is what clients understand today;
        later ones, up to -11 of May 2026, put all into one structured field and are no standard yet either.
        Times are whole seconds, rounded up.
        """
        fields = {
            "RateLimit-Limit": str(self.limit.capacity),
            "RateLimit-Policy": f"{self.limit.capacity};w={self.limit.per_seconds}",
            "RateLimit-Remaining": str(self.remaining),
            "RateLimit-Reset": str(math.ceil(self.reset_after)),
        }
        if not self.allowed:
            fields["Retry-After"] = str(max(1, math.ceil(self.retry_after)))
        return fields
