"""Rows of the audit log go when they are old enough, and only then."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from pytest_django import Settings

from apps.accounts.audit import retention
from apps.accounts.models import AuditLog
from apps.accounts.tasks import purge_audit_log

pytestmark = pytest.mark.django_db


def aged(days: float) -> AuditLog:
    return AuditLog.objects.create(action="link.created", via="web", occurred_at=timezone.now() - timedelta(days=days))


def test_old_rows_go_and_others_stay(settings: Settings) -> None:
    settings.AUDIT_RETENTION_DAYS = 90
    aged(91)
    young = [aged(89), aged(0)]

    assert purge_audit_log() == 1
    assert list(AuditLog.objects.order_by("pk")) == young


def test_many_rows_go_in_chunks(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "_AT_ONCE", 2)
    settings.AUDIT_RETENTION_DAYS = 90
    for _ in range(5):
        aged(100)

    assert retention.purge(now=timezone.now()) == 5


@pytest.mark.django_db(transaction=True)
def test_the_door_is_shut_again_afterwards(settings: Settings) -> None:
    settings.AUDIT_RETENTION_DAYS = 90
    aged(100)
    retention.purge(now=timezone.now())
    aged(100)

    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        AuditLog.objects.all().delete()
