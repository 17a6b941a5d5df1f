"""The consumer group that sees links begin to trend."""

import time
from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime
from functools import cache

import structlog
from django.conf import settings
from prometheus_client import Counter

from apps.analytics.trending import episodes
from apps.analytics.trending.episodes import Rise
from apps.analytics.trending.windows import Hit, Windows
from apps.common.redis import new_client
from apps.common.visitors.bots import bot_reason
from apps.events.bus import Batch, Consumer, Record
from apps.events.dead_letters import is_replay_for_others
from apps.events.decoding import read_event
from apps.events.envelope import MalformedEvent
from apps.events.handlers import DeadLetter
from apps.events.topics import Topic

log = structlog.get_logger(__name__)

BEGUN = Counter("trending_links_total", "Links that began to trend.")
UNREADABLE = Counter("trending_unreadable_total", "Records that are no clicks; the group click-ingest puts them aside.")

# One call of Redis (s).
_PATIENCE = 5.0


@cache
def windows() -> Windows:
    """Those of this process."""
    return Windows(new_client(socket_timeout=_PATIENCE), seconds=settings.TRENDING_WINDOW_SECONDS)


class TrendingLinks:
    """Counts the clicks of people and lets links begin to trend.

    Counting is exact under redelivery: offset and counts change together in Redis, and sequence numbers tell
    what a producer has sent twice. What Redis loses in a crash (a second, with its log on) is missing in a window
    for some minutes; what is stored and shown of clicks does not come from here. Whether a link trends already
    is a row in PostgreSQL, written in one transaction with its event, and looked for at each delivery of a
    click on it, so there is one event an episode.
    """

    group = "trending"
    topics: tuple[Topic, ...] = (Topic.URL_REDIRECTED,)
    max_records = 10_000
    # What is seen within this time is soon enough, and links that are clicked much are looked at once for all (s).
    linger = 1.0

    def handle(self, batch: Batch, _consumer: Consumer) -> Sequence[DeadLetter]:
        """Count the clicks of `batch`. Nothing is put aside: the records that are no clicks are so by click-ingest.

        Raises redis.exceptions.RedisError and the database's errors, and PartitionLost.
        """
        hits, now = list(_hits(batch.records)), time.time()
        windows().add(batch.partition, hits, through=batch.last_offset, now=now)
        if begun := begin_trending({hit.link_id for hit in hits}, now=now):
            BEGUN.inc(len(begun))
            log.info("links_trend", link_ids=begun)
        return []


def begin_trending(link_ids: Collection[int], *, now: float) -> list[int]:
    """Let those of `link_ids` begin to trend whose clicks have risen enough; their ids. `now` is in seconds since the epoch."""
    at = datetime.fromtimestamp(now, UTC)
    clicks = windows().clicks(link_ids, now=now)
    many = [link_id for link_id, number in clicks.items() if number >= settings.TRENDING_CLICKS]
    candidates = episodes.not_trending(many, now=at) if many else set()
    usual = windows().usual(candidates, now=now)
    risen = {
        link_id: Rise(clicks[link_id], usual[link_id])
        for link_id in candidates
        if clicks[link_id] >= settings.TRENDING_GROWTH * usual[link_id]
    }
    return episodes.begin(risen, now=at) if risen else []


def _hits(records: Sequence[Record]) -> Iterator[Hit]:
    for record in records:
        if is_replay_for_others(record, TrendingLinks.group):
            continue
        try:
            event = read_event(record, topic=Topic.URL_REDIRECTED)
        except MalformedEvent:
            UNREADABLE.inc()
            continue
        click = event.payload
        if not bot_reason(method=click["method"], purpose=click["purpose"], user_agent=click["user_agent"]):
            yield Hit(record.offset, click["producer_id"], click["sequence"], click["link_id"], event.occurred_at.timestamp())
