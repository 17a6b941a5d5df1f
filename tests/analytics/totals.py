"""What all stores say about some links."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connections
from django.db.models import Sum

from apps.links.models import Link
from tests.analytics.rollup_sums import wrong_rollups


@dataclass(frozen=True, slots=True)
class Totals:
    """Rows and distinct event ids in the raw table, the clicks that the hourly rollup and links count, and rollups that
    do not agree with the table."""

    in_table: int
    distinct: int
    in_rollup: int
    on_links: int
    wrong_rollups: tuple[str, ...] = ()


def totals(links: Sequence[Link]) -> Totals:
    """The totals of `links` together."""
    ids = [link.pk for link in links]
    with connections["clickhouse"].cursor() as cursor:
        cursor.execute("SELECT count(), uniqExact(event_id) FROM click_events WHERE link_id IN %s", [ids])
        in_table, distinct = cursor.fetchone()
        cursor.execute("SELECT sum(clicks) FROM clicks_hourly WHERE link_id IN %s", [ids])
        in_rollup = cursor.fetchone()[0]
    on_links = Link.objects.filter(pk__in=ids).aggregate(total=Sum("click_count"))["total"] or 0
    return Totals(in_table, distinct, in_rollup, on_links, tuple(wrong_rollups()))
