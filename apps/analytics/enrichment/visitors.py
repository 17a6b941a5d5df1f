"""A visitor's pseudonym for one day."""

from datetime import date, datetime
from functools import lru_cache
from hashlib import blake2b


class VisitorIds:
    """Makes visitor ids: equal for one address and user agent on one UTC day, unrelated on another.

    The key of a day is made from the installation's secret, so nobody without it can try addresses.
    """

    def __init__(self, secret: str) -> None:
        self._secret = blake2b(secret.encode(), digest_size=32, person=b"visitor-ids").digest()
        self._hash_of_day = lru_cache(64)(self._keyed)

    def visitor_id(self, *, address: str, user_agent: str, at: datetime) -> int:
        """64-bit id of who clicked at `at` (UTC)."""
        # A copy of the day's hash: setting it up with its key takes longer than hashing so little.
        hashed = self._hash_of_day(at.toordinal()).copy()
        hashed.update(f"{address}\0{user_agent}".encode(errors="replace"))
        return int.from_bytes(hashed.digest())

    def _keyed(self, day: int) -> blake2b:
        key = blake2b(date.fromordinal(day).isoformat().encode(), digest_size=32, key=self._secret).digest()
        return blake2b(digest_size=8, key=key)
