"""Links begin to trend, and cease to."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from apps.analytics.trending.models import TrendingLink
from apps.events import outbox
from apps.events.topics import Topic
from apps.links.models import Link

# A link that stays popular is nothing new any more; after its end an episode has to rise anew, and not at once.
LONGEST = timedelta(hours=6)
REST = timedelta(minutes=15)
# An open episode ends when the window holds less than this part of what began it.
HOLD = 0.5
_KEPT = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Rise:
    """Clicks of a link in the present window, and usually."""

    clicks: int
    usual: float


def not_trending(link_ids: Collection[int], *, now: datetime) -> set[int]:
    """Those of `link_ids` that may begin to trend."""
    return set(link_ids) - set(_engaged(link_ids, now=now))


def begin(risen: Mapping[int, Rise], *, now: datetime) -> list[int]:
    """Let the links begin to trend that do not yet, with an event for each; their ids. Those that are gone are passed over."""
    with transaction.atomic():
        # Whoever else looks at the same links waits here, and then finds them trending.
        links = Link.objects.select_for_update(no_key=True, of=("self",)).select_related("domain")
        links = links.filter(pk__in=risen.keys(), deleted_at=None).order_by("pk")
        found = list(links)
        engaged = set(_engaged([link.pk for link in found], now=now))
        begun = [link for link in found if link.pk not in engaged]
        for link in begun:
            _begin(link, risen[link.pk], now=now)
        return [link.pk for link in begun]


def look_again(clicks_of: Callable[[Collection[int]], Mapping[int, int]], *, now: datetime) -> int:
    """Write down how the trending links are doing, and end the episodes that are over; how many. Old ones are removed."""
    episodes = list(TrendingLink.objects.filter(ended_at=None))
    clicks = clicks_of([episode.link_id for episode in episodes])
    ended = 0
    for episode in episodes:
        episode.clicks, episode.looked_at = clicks[episode.link_id], now
        if episode.clicks < settings.TRENDING_CLICKS * HOLD or now - episode.started_at > LONGEST:
            episode.ended_at = now
            ended += 1
    TrendingLink.objects.bulk_update(episodes, ["clicks", "looked_at", "ended_at"], batch_size=500)
    TrendingLink.objects.filter(ended_at__lt=now - _KEPT).delete()
    return ended


def _engaged(link_ids: Collection[int], *, now: datetime) -> list[int]:
    rows = TrendingLink.objects.filter(Q(ended_at=None) | Q(ended_at__gt=now - REST), link__in=link_ids)
    return list(rows.values_list("link_id", flat=True))


def _begin(link: Link, rise: Rise, *, now: datetime) -> None:
    usual = round(rise.usual)
    episode = TrendingLink.objects.create(link=link, started_at=now, clicks=rise.clicks, usual_clicks=usual, looked_at=now)
    payload = {
        **link_fields(link),
        "episode_id": episode.pk,
        "window_seconds": settings.TRENDING_WINDOW_SECONDS,
        "clicks": rise.clicks,
        "usual_clicks": usual,
    }
    outbox.record(topic=Topic.URL_TRENDING, key=str(link.pk), payload=payload, occurred_at=now)


def link_fields(link: Link) -> dict[str, object]:
    """Which link an event is about."""
    return {
        "link_id": link.pk,
        "domain_id": link.domain_id,
        "hostname": link.domain.hostname,
        "code": link.code,
        "workspace_id": link.workspace_id,
        "owner_id": link.owner_id,
        "link_version": link.version,
    }
