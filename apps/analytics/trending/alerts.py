"""Unusual traffic: one alert an episode.

The present hour is compared while it runs, since its clicks can only grow, and the one before, for clicks that came
late. An episode begins at HIGH_TRAFFIC_SCORE and lasts until two hours running, one of them whole, are below half of
it; hours of an ended episode begin no other. Its state is a row in PostgreSQL, written in one transaction with its event,
and clicks are those of ClickHouse, where each counts once: whatever is done again, or after a restart, tells nothing twice.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from apps.analytics.trending import traffic
from apps.analytics.trending.episodes import link_fields
from apps.analytics.trending.models import TrafficAlert
from apps.analytics.trending.traffic import Reading
from apps.events import outbox
from apps.events.topics import Topic
from apps.links.models import Link

# The part of the score that begins an episode under which it ends.
_HOLD = 0.5
_KEPT = timedelta(days=90)
# The page of a link tells of an alert that has ended for so long.
_SHOWN = timedelta(days=7)


def watch(*, now: datetime) -> list[int]:
    """Begin, carry on and end episodes; the ids of the links that began one. Raises AnalyticsUnavailable."""
    running = {alert.link_id: alert for alert in TrafficAlert.objects.filter(ended_at=None)}
    readings = traffic.read(now=now, clicks=settings.HIGH_TRAFFIC_CLICKS, link_ids=list(running))
    for link_id, alert in running.items():
        _carry_on(alert, readings.get(link_id, []), now=now)
    unusual = {link_id: hour for link_id, hours in readings.items() if link_id not in running and (hour := _first_unusual(hours))}
    TrafficAlert.objects.filter(ended_at__lt=now - _KEPT).delete()
    return _begin(unusual, now=now) if unusual else []


def alert_of(link: Link, *, now: datetime) -> TrafficAlert | None:
    """The latest alert of `link` if it runs or has ended not long ago."""
    shown = Q(ended_at=None) | Q(ended_at__gt=now - _SHOWN)
    return TrafficAlert.objects.filter(shown, link=link).order_by("-hour").first()


def _first_unusual(hours: Sequence[Reading]) -> Reading | None:
    return next((hour for hour in hours if hour.clicks >= settings.HIGH_TRAFFIC_CLICKS and hour.score >= settings.HIGH_TRAFFIC_SCORE), None)


def _carry_on(alert: TrafficAlert, hours: Sequence[Reading], *, now: datetime) -> None:
    high = [hour for hour in hours if hour.score >= settings.HIGH_TRAFFIC_SCORE * _HOLD]
    if not high:
        alert.ended_at = now
        alert.save(update_fields=["ended_at"])
        return
    busiest = max(high, key=lambda hour: hour.clicks)
    alert.last_hour = max(alert.last_hour, high[-1].hour)
    if busiest.clicks > alert.clicks:
        alert.clicks, alert.score = busiest.clicks, busiest.score
    alert.save(update_fields=["last_hour", "clicks", "score"])


def _begin(unusual: Mapping[int, Reading], *, now: datetime) -> list[int]:
    begun = []
    with transaction.atomic():
        # Whoever else watches waits here, and then finds the episodes.
        links = Link.objects.select_for_update(no_key=True, of=("self",)).select_related("domain")
        for link in links.filter(pk__in=unusual.keys(), deleted_at=None).order_by("pk"):
            reading = unusual[link.pk]
            known = TrafficAlert.objects.filter(Q(ended_at=None) | Q(last_hour__gte=reading.hour), link=link)
            if not known.exists():
                _record(link, reading, now=now)
                begun.append(link.pk)
    return begun


def _record(link: Link, reading: Reading, *, now: datetime) -> None:
    figures = {"clicks": reading.clicks, "usual_clicks": reading.usual, "score": round(reading.score, 2)}
    alert = TrafficAlert.objects.create(link=link, started_at=now, hour=reading.hour, last_hour=reading.hour, **figures)
    payload = {**link_fields(link), "episode_id": alert.pk, "hour": reading.hour.isoformat(), **figures}
    outbox.record(topic=Topic.HIGH_TRAFFIC, key=str(link.pk), payload=payload, occurred_at=now)
