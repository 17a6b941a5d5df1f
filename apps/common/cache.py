"""Django's cache on Redis, for pages that must go on when Redis does not answer."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django.core.cache.backends.dummy import DummyCache
from django.core.cache.backends.locmem import LocMemCache
from django_redis.cache import RedisCache
from redis.exceptions import RedisError

from apps.common.guard import Guarded

_FALLBACKS: Mapping[str, Callable[[str, dict[str, Any]], BaseCache]] = {"memory": LocMemCache, "none": DummyCache}


class CacheUnavailable(Exception):
    """Redis did not answer in time, or is not asked at present."""


class _Guard(Guarded):
    failing = (RedisError, OSError)
    unavailable = CacheUnavailable
    failed_event = "cache_unavailable"


@cache
def _guard(server: str) -> _Guard:  # noqa: ARG001 - one for each
    """Caches are made for each thread; what they know of their server they share."""
    return _Guard()


class DegradingCache(RedisCache):  # type: ignore[misc]
    """Asks Redis; while that does not answer, what OPTIONS name as FALLBACK.

    "memory" is the memory of this process: limits go on, each process for itself. "none" stores nothing:
    for sessions, which the database has, too, and which must not outlive there a log-out elsewhere.
    MAX_TIMEOUT is the longest that anything is kept (s).
    """

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        options = params.get("OPTIONS", {})
        self._most = options.get("MAX_TIMEOUT")
        # Its own options are none of the fallback's.
        self._fallback = _FALLBACKS[options.get("FALLBACK", "memory")](server, {**params, "OPTIONS": {}})

    def set(self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, **options: Any) -> Any:
        return self._ask("set", key, value, timeout=self._capped(timeout), **options)

    def add(self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, **options: Any) -> Any:
        return self._ask("add", key, value, timeout=self._capped(timeout), **options)

    def get(self, *arguments: Any, **options: Any) -> Any:
        return self._ask("get", *arguments, **options)

    def delete(self, *arguments: Any, **options: Any) -> Any:
        return self._ask("delete", *arguments, **options)

    def touch(self, *arguments: Any, **options: Any) -> Any:
        return self._ask("touch", *arguments, **options)

    def incr(self, *arguments: Any, **options: Any) -> Any:
        return self._ask("incr", *arguments, **options)

    def has_key(self, *arguments: Any, **options: Any) -> Any:
        return self._ask("has_key", *arguments, **options)

    def __contains__(self, key: str) -> bool:
        return bool(self.has_key(key))

    def get_many(self, *arguments: Any, **options: Any) -> Any:
        return self._ask("get_many", *arguments, **options)

    def set_many(self, *arguments: Any, **options: Any) -> Any:
        return self._ask("set_many", *arguments, **options)

    def delete_many(self, *arguments: Any, **options: Any) -> Any:
        return self._ask("delete_many", *arguments, **options)

    def _capped(self, timeout: Any) -> Any:
        if self._most is None:
            return timeout
        return min(self._most, timeout) if isinstance(timeout, int | float) else self._most

    def _ask(self, name: str, *arguments: Any, **options: Any) -> Any:
        try:
            with _guard(str(self._server)).asking():
                return getattr(super(), name)(*arguments, **options)
        except CacheUnavailable:
            return getattr(self._fallback, name)(*arguments, **options)
