"""Which limit each class of endpoints has in this process at present."""

from collections.abc import Mapping
from functools import cache, lru_cache

from django.conf import settings

from apps.common.ratelimit.limits import EndpointClass, RateLimit


@lru_cache(maxsize=64)
def _parsed(name: str, text: str) -> RateLimit | None:
    return RateLimit.parse(name, text)


class LimitTable:
    """The limits of settings, and over them what the back office has set for a class."""

    def __init__(self) -> None:
        self._overrides: Mapping[str, RateLimit | None] = {}

    def of(self, endpoint_class: EndpointClass) -> RateLimit | None:
        """The limit of the class; None when it is switched off."""
        if endpoint_class in self._overrides:
            return self._overrides[endpoint_class]
        return _parsed(endpoint_class, settings.RATE_LIMITS[endpoint_class])

    def override(self, limits: Mapping[str, RateLimit | None]) -> None:
        """Replace all that was set over settings."""
        self._overrides = dict(limits)


@cache
def get_table() -> LimitTable:
    """The table of this process."""
    return LimitTable()
