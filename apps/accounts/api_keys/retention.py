"""Forgetting keys that were revoked long ago. That they were, the audit log knows for longer."""

from datetime import datetime, timedelta
from typing import Final

from apps.accounts.models import ApiKey

# For so long whoever still uses one is told that it was revoked.
KEPT: Final = timedelta(days=90)


def purge(*, now: datetime) -> int:
    """Delete the keys that were revoked before KEPT; how many."""
    deleted, _by_model = ApiKey.objects.filter(revoked_at__lt=now - KEPT).delete()
    return deleted
