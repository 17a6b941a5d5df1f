"""manage.py invite: a link by which somebody can sign up where sign-up is for those who are invited."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email

from apps.accounts.audit.actions import AuditAction
from apps.accounts.audit.recording import record
from apps.accounts.signup.invitations import link_for


class Command(BaseCommand):
    help = "Print a link by which the owner of an e-mail address can sign up; it is good for two weeks."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")

    def handle(self, *, email: str, **_options: Any) -> None:
        try:
            validate_email(email)
        except ValidationError:
            raise CommandError(f"{email!r} is no e-mail address") from None
        record(action=AuditAction.INVITATION_SENT, actor=None, target_label=email)
        self.stdout.write(link_for(email))
