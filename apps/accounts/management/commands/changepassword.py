"""manage.py changepassword: Django's own, told to the audit log; whoever was logged in is so no longer."""

from typing import Any

from django.contrib.auth.management.commands import changepassword

from apps.accounts.audit.actions import AuditAction
from apps.accounts.audit.recording import record
from apps.accounts.models import User
from apps.accounts.sessions import void_sessions


class Command(changepassword.Command):
    def handle(self, *args: Any, **options: Any) -> str | None:
        said = super().handle(*args, **options)
        user = User.objects.get_by_natural_key(options["username"])
        void_sessions(user)
        record(action=AuditAction.PASSWORD_CHANGED, actor=None, target=user)
        return said
