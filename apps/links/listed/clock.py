"""What changes in lists because time goes by: states, and the order by clicks, which waits so that counting does not."""

from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction

from apps.links.listed.models import ClickedLink, ListedLink
from apps.links.models import Link

# Whoever changes these links, or counts their clicks, waits meanwhile.
CHUNK = 200
_LIST_AGAIN = "SELECT count(links_list_again(link)) FROM links_link AS link WHERE id = ANY(%s)"


def follow(*, now: datetime) -> int:
    """List links anew that have expired or begun by `now`, or whose number of clicks has changed; their number.

    Each chunk is a transaction of its own; links that another transaction holds are left to the next run.
    """
    total = 0
    while done := _follow_due(now=now):
        total += done
    while done := _follow_clicked():
        total += done
    return total


@transaction.atomic
def _follow_due(*, now: datetime) -> int:
    due = ListedLink.objects.filter(due_at__lte=now).order_by("due_at").values_list("link_id", flat=True)[:CHUNK]
    return len(_list_again(list(due)))


@transaction.atomic
def _follow_clicked() -> int:
    done = _list_again(list(ClickedLink.objects.order_by("link_id").values_list("link_id", flat=True)[:CHUNK]))
    ClickedLink.objects.filter(link_id__in=done).delete()
    return len(done)


def _list_again(link_ids: Sequence[int]) -> list[int]:
    """Those of the links that nobody else holds, locked and listed as they are now."""
    links = Link.objects.select_for_update(no_key=True, skip_locked=True).filter(pk__in=link_ids).order_by("pk")
    ids = list(links.values_list("pk", flat=True))
    with connection.cursor() as cursor:
        # Read once more, since they may have changed before they were locked.
        cursor.execute(_LIST_AGAIN, [ids])
    return ids
