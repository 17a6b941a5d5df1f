"""manage.py createsuperuser: Django's own, told to the audit log."""

from typing import Any

from django.contrib.auth.management.commands import createsuperuser

from apps.accounts.audit.actions import AuditAction
from apps.accounts.audit.recording import Entry, record_all
from apps.accounts.models import User


class Command(createsuperuser.Command):
    def handle(self, *args: Any, **options: Any) -> str | None:
        known = set(User.objects.filter(is_superuser=True).values_list("pk", flat=True))
        said = super().handle(*args, **options)
        new = User.objects.filter(is_superuser=True).exclude(pk__in=known)
        record_all([Entry(action=AuditAction.USER_CREATED, actor=None, target=user, after={"is_superuser": True}) for user in new])
        return said
