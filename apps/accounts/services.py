"""Writes of the accounts room."""

from allauth.account.models import EmailAddress
from django.db import transaction

from apps.accounts.audit.actions import AuditAction
from apps.accounts.audit.recording import record
from apps.accounts.models import User


def register_user(*, email: str, password: str | None, full_name: str = "") -> User:
    """A new user, stored together with the personal workspace that the user owns.

    `email` is kept in lower case; with `None` for a password no password works until it is reset.
    Raises django.db.IntegrityError when the e-mail address is in use.
    """
    return User.objects.create_user(email, password, full_name=full_name)


def vouch_for_email(user: User) -> None:
    """Count the address of `user` as verified without a mail: the operator knows whose it is."""
    EmailAddress.objects.update_or_create(user=user, email=user.email, defaults={"verified": True, "primary": True})


@transaction.atomic
def replace_unverified_email(*, user: User, email: str) -> EmailAddress:
    """Put `email` in the place of an address that nobody has verified; it is unverified, too.

    Raises django.db.IntegrityError when another user has it.
    """
    EmailAddress.objects.filter(user=user).delete()
    user.email = email.lower()
    user.save(update_fields=["email", "updated_at"])
    return EmailAddress.objects.create(user=user, email=user.email, primary=True)


@transaction.atomic
def rename_user(*, user: User, full_name: str) -> None:
    """Give `user` the name `full_name`; "" for none."""
    before = user.full_name
    user.full_name = full_name
    user.save(update_fields=["full_name", "updated_at"])
    if before != full_name:
        was, now = {"full_name": before}, {"full_name": full_name}
        record(action=AuditAction.USER_UPDATED, actor=user, target=user, before=was, after=now)
