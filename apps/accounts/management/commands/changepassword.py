"""manage.py changepassword: Django's own, told to the audit log."""

from typing import Any

from django.contrib.auth.management.commands import changepassword

from apps.accounts.audit.actions import AuditAction
from apps.accounts.audit.recording import record
from apps.accounts.models import User


class Command(changepassword.Command):
    def handle(self, *args: Any, **options: Any) -> str | None:
        said = super().handle(*args, **options)
        record(action=AuditAction.PASSWORD_CHANGED, actor=None, target=User.objects.get_by_natural_key(options["username"]))
        return said
