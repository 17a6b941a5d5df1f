"""Rows of the audit log do not stay for ever."""

from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import connection, transaction

from apps.accounts.models import AuditLog

_AT_ONCE: Final = 5_000


def purge(*, now: datetime) -> int:
    """Delete the rows older than AUDIT_RETENTION_DAYS; how many. The only way past the trigger that refuses deletion.

    Each chunk is a transaction of its own; several runs at once share the work.
    """
    before = now - timedelta(days=settings.AUDIT_RETENTION_DAYS)
    total = 0
    while deleted := _purge_chunk(before):
        total += deleted
    return total


@transaction.atomic
def _purge_chunk(before: datetime) -> int:
    old = AuditLog.objects.filter(occurred_at__lt=before).order_by("occurred_at", "pk").select_for_update(skip_locked=True)
    ids = list(old.values_list("pk", flat=True)[:_AT_ONCE])
    with connection.cursor() as cursor:
        # Until the transaction ends.
        cursor.execute("SELECT set_config('shortener.audit_retention_days', %s, true)", [str(settings.AUDIT_RETENTION_DAYS)])
    return AuditLog.objects.filter(pk__in=ids).delete()[0]
