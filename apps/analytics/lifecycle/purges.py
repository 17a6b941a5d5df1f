"""From links that are gone to clicks that are."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone

from apps.analytics.erasure import erase_links
from apps.analytics.lifecycle.models import PurgedLink
from apps.links.models import Link

# Clicks that were in a spool or on the bus when their link went have come by then.
SECOND_LOOK = timedelta(days=1)
_AT_ONCE = 2_000


def note(*, instance: Link, **_kwargs: Any) -> None:
    """Receiver of `post_delete`: in the transaction in which the link goes."""
    PurgedLink.objects.update_or_create(link_id=instance.pk, defaults={"purged_at": timezone.now(), "erased_at": None})


def note_all(*, link_ids: Sequence[int], **_kwargs: Any) -> None:
    """Receiver of `links_purged`: in the transaction in which the links are emptied."""
    now = timezone.now()
    rows = [PurgedLink(link_id=pk, purged_at=now) for pk in link_ids]
    PurgedLink.objects.bulk_create(rows, update_conflicts=True, unique_fields=["link_id"], update_fields=["purged_at", "erased_at"])


def erase_purged(*, now: datetime) -> int:
    """Erase the clicks of purged links: soon, and a second time when late ones have come; how many.

    Raises SinkUnavailable and the database's errors; what is not done then is done at the next call.
    """
    due = Q(erased_at=None) | Q(purged_at__lt=now - SECOND_LOOK)
    ids = list(PurgedLink.objects.filter(due).order_by("purged_at").values_list("link_id", flat=True)[:_AT_ONCE])
    if not ids:
        return 0
    erased = erase_links(ids, by="purge")
    noted = PurgedLink.objects.filter(link_id__in=ids)
    noted.filter(purged_at__lt=now - SECOND_LOOK).delete()
    noted.update(erased_at=now)
    return erased
