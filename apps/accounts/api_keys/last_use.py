"""When and from where a key was last used: noted once a minute, so that a busy key costs no write a request."""

from datetime import datetime, timedelta
from typing import Final

from django.db.models import Q

from apps.accounts.audit.values import kept_address
from apps.accounts.models import ApiKey

EVERY: Final = timedelta(minutes=1)


def note(key: ApiKey, *, address: str, now: datetime) -> None:
    """Note that `key`, just read, is used from `address`. One query a minute for each key, whatever the number of processes: of
    several that come at once, the first one writes."""
    due = now - EVERY
    if key.last_used_at is not None and key.last_used_at > due:
        return
    is_due = Q(last_used_at=None) | Q(last_used_at__lte=due)
    ApiKey.objects.filter(is_due, pk=key.pk).update(last_used_at=now, last_used_address=kept_address(address))
