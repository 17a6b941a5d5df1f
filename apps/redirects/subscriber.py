"""Hears of changed links, so that the process cache forgets them at once."""

import asyncio
import logging
from collections.abc import Callable
from time import time_ns

import orjson
from redis.asyncio.client import PubSub
from redis.exceptions import RedisError

from apps.common.redis import new_async_client
from apps.redirects.cache import LinkCache, Place
from apps.redirects.hosts import DomainTable
from apps.redirects.keys import CHANNEL

logger = logging.getLogger(__name__)

# A sign of life is asked for this often, and its absence for so long means silence (s).
_PING_EVERY = 0.5
_SILENCE = 1.5
_RECONNECT_AFTER = 0.2


class ChannelSilent(Exception):
    """Redis does not answer on the channel of changes."""


class ChangeSubscriber:
    """Keeps one subscription for as long as `run` runs, through outages.

    While it is down the cache is deaf: nothing lives longer than 4 s, counted from the last sign of
    life. When it is up again the cache is emptied, because changes may have been missed, and for a while
    Redis is believed only where the database does not answer: it may have missed them too.
    """

    def __init__(
        self, *, cache: LinkCache, domains: DomainTable, domains_changed: Callable[[], None], wanted: Callable[[Place], None]
    ) -> None:
        self.cache = cache
        self.domains = domains
        self.domains_changed = domains_changed
        # Called with the place of a link that many are about to ask for.
        self.wanted = wanted
        self.reconnects = 0
        self._last_heard_ns = 0

    async def run(self) -> None:
        """Listen until cancelled."""
        client = new_async_client(socket_timeout=None)
        try:
            while True:
                try:
                    await self._listen(client.pubsub())
                except (RedisError, OSError, TimeoutError, ChannelSilent) as error:
                    self._lose(error)
                await asyncio.sleep(_RECONNECT_AFTER)
        finally:
            await client.aclose()

    def _lose(self, error: Exception) -> None:
        if self.cache.hears_changes:
            logger.warning("changes_not_heard error=%r", error)
            self.cache.deafen(self._last_heard_ns)

    async def _listen(self, channel: PubSub) -> None:
        try:
            async with asyncio.timeout(_SILENCE):
                await channel.subscribe(CHANNEL)
            while True:
                message = await self._next(channel)
                self._last_heard_ns = time_ns()
                if message is None or message["type"] == "pong":
                    continue
                if message["type"] == "subscribe":
                    self._begin()
                elif message["type"] == "message":
                    self._forget(message["data"])
        finally:
            await channel.aclose()  # type: ignore[no-untyped-call]

    async def _next(self, channel: PubSub) -> dict[str, bytes | str] | None:
        """The next message; asks for a sign of life when there is none. Raises ChannelSilent."""
        waited = 0.0
        while waited < _SILENCE:
            message = await channel.get_message(timeout=_PING_EVERY)
            if message is not None:
                return message  # type: ignore[no-any-return]
            waited += _PING_EVERY
            async with asyncio.timeout(_PING_EVERY):
                await channel.ping()
        raise ChannelSilent

    def _begin(self) -> None:
        self.cache.hear(time_ns(), again=self.reconnects > 0)
        self.reconnects += 1

    def _forget(self, data: bytes | str) -> None:
        try:
            change = orjson.loads(data)
            if change.get("domains"):
                self.domains_changed()
                return
            place, version = (int(change["domain_id"]), str(change["code"])), int(change["version"])
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            logger.error("change_not_understood error=%r", error)  # noqa: TRY400 - the reason is all
            # Which link it was is not known, so none may stay.
            self.cache.clear()
            return
        self.cache.invalidate(self.domains.cache_keys(*place), place, version, time_ns())
        if change.get("warm"):
            self.wanted(place)
