"""The number of clicks that PostgreSQL keeps with each link."""

from collections.abc import Mapping

from django.db import connection

from apps.links.models import Link

_ADD = """
    UPDATE links_link SET click_count = links_link.click_count + added.clicks
    FROM unnest(%s::bigint[], %s::bigint[]) AS added (link_id, clicks)
    WHERE links_link.id = added.link_id
"""


def add_clicks(clicks_by_link: Mapping[int, int]) -> None:
    """Add to `Link.click_count`, in the caller's transaction; links that are gone are passed over.

    Two consumers may hold partitions with the same links after a change of partitions; rows are
    therefore locked in the order of their ids before the one UPDATE.
    """
    ids = sorted(clicks_by_link)
    list(Link.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk").values_list("pk"))
    with connection.cursor() as cursor:
        cursor.execute(_ADD, [ids, [clicks_by_link[link_id] for link_id in ids]])
