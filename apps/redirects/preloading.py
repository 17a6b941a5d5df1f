"""Links that a redirector has ready before its first visitor asks."""

import asyncio
import logging

from django.conf import settings

from apps.common.chunks import chunks
from apps.redirects.cache import LinkCache
from apps.redirects.resolver import Resolver
from apps.redirects.store import SnapshotStore, StoreUnavailable

logger = logging.getLogger(__name__)

# A redirector that starts waits no longer for this; what is under way goes on behind it (s).
PATIENCE = 1.0
# Look-ups at a time: many share a round trip, and visitors who come meanwhile do not wait for all.
_TOGETHER = 50


async def preload(*, cache: LinkCache, store: SnapshotStore, resolver: Resolver) -> None:
    """Bring the hottest links into the process cache, LINK_PRELOAD at most. Returns within PATIENCE, whoever does not answer."""
    try:
        async with asyncio.timeout(PATIENCE):
            places = (await store.get_hottest())[: settings.LINK_PRELOAD]
            # What is loaded before changes are heard is forgotten when they are.
            while places and not cache.hears_changes:  # noqa: ASYNC110 - the hot path reads a plain flag
                await asyncio.sleep(0.005)
            for some in chunks(places, _TOGETHER):
                await resolver.preload(some)
    except StoreUnavailable:
        logger.warning("links_not_preloaded reason=%s", "Redis does not answer")
    except TimeoutError:
        logger.warning("links_not_all_preloaded seconds=%.1f", PATIENCE)
    else:
        if places:
            logger.info("links_preloaded count=%d", len(places))
