"""What the database itself refuses."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from apps.accounts.audit.actions import AuditAction
from apps.accounts.audit.recording import record
from apps.accounts.models import AuditLog

pytestmark = pytest.mark.django_db

REFUSED = "append-only"


@pytest.fixture(autouse=True)
def row() -> AuditLog:
    record(action=AuditAction.LINK_DELETED, actor=None, target_label="go.example/a")
    return AuditLog.objects.get()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE accounts_auditlog SET action = 'x'",
        "UPDATE accounts_auditlog SET actor_label = actor_label",
        "DELETE FROM accounts_auditlog",
        "WITH gone AS (DELETE FROM accounts_auditlog RETURNING id) SELECT count(*) FROM gone",
        "INSERT INTO accounts_auditlog SELECT * FROM accounts_auditlog ON CONFLICT (id) DO UPDATE SET action = 'x'",
    ],
)
def test_a_statement_that_would_change_the_past_is_refused(statement: str) -> None:
    with pytest.raises(IntegrityError, match=REFUSED), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)

    assert AuditLog.objects.get().action == "link.deleted"


@pytest.mark.parametrize("statement", ["TRUNCATE accounts_auditlog", "TRUNCATE accounts_user, accounts_auditlog CASCADE"])
def test_emptying_the_table_is_refused(statement: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        # Only the tests' own database has it switched off, to be emptied between tests.
        cursor.execute("ALTER TABLE accounts_auditlog ENABLE TRIGGER audit_log_not_truncated")
    with pytest.raises(IntegrityError, match=REFUSED), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)

    assert AuditLog.objects.exists()


def test_the_models_own_ways_are_refused(row: AuditLog) -> None:
    with pytest.raises(IntegrityError, match=REFUSED), transaction.atomic():
        row.save(update_fields=["action"])
    with pytest.raises(IntegrityError, match=REFUSED), transaction.atomic():
        row.delete()
    with pytest.raises(IntegrityError, match=REFUSED), transaction.atomic():
        AuditLog.objects.update(action="x")


@pytest.mark.parametrize("days", ["", "0", "1", "29", "-5"])
def test_no_setting_lets_the_last_month_go(days: str) -> None:
    AuditLog.objects.bulk_create([AuditLog(action="link.created", via="web", occurred_at=timezone.now() - timedelta(days=20))])

    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('shortener.audit_retention_days', %s, true)", [days])
    with pytest.raises(IntegrityError, match=REFUSED), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM accounts_auditlog")

    assert AuditLog.objects.count() == 2
