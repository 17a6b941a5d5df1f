"""Work that the scheduler starts."""

from celery import shared_task
from django.utils import timezone

from apps.accounts.api_keys import retention as api_keys
from apps.accounts.audit import retention
from apps.accounts.audit.context import Origin, Via, coming_from
from apps.accounts.idempotency import answers
from apps.accounts.privacy import deletion
from apps.accounts.tokens import families, rotation
from apps.accounts.workspaces import services as workspaces


@shared_task(name="accounts.purge_audit_log")
def purge_audit_log(**_: object) -> int:
    """Delete what the audit log has kept long enough; how many rows."""
    return retention.purge(now=timezone.now())


@shared_task(name="accounts.purge_api_keys")
def purge_api_keys(**_: object) -> int:
    """Forget the API keys that were revoked long ago; how many."""
    return api_keys.purge(now=timezone.now())


@shared_task(name="accounts.purge_token_families")
def purge_token_families(**_: object) -> int:
    """Forget log-ins of API clients that are over, and signing keys of which no token is left; how many log-ins."""
    rotation.drop_outlived(now=timezone.now())
    return families.purge(now=timezone.now())


@shared_task(name="accounts.purge_kept_answers")
def purge_kept_answers(**_: object) -> int:
    """Forget answers to requests that nobody repeats any more; how many."""
    return answers.purge(now=timezone.now())


@shared_task(name="accounts.delete_due_accounts")
def delete_due_accounts(**_: object) -> int:
    """Delete the accounts whose days of grace are over; how many."""
    with coming_from(Origin(via=Via.TASK)):
        return deletion.delete_due(now=timezone.now())


@shared_task(name="accounts.erase_deleted_workspaces")
def erase_deleted_workspaces(**_: object) -> int:
    """Empty the workspaces that were deleted; how many."""
    with coming_from(Origin(via=Via.TASK)):
        return workspaces.erase_deleted(now=timezone.now())
