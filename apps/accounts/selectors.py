"""Reads of the accounts room."""

from allauth.account.models import EmailAddress

from apps.accounts.models import User, Workspace


def personal_workspace(user: User) -> Workspace:
    """The workspace that `user` has from sign-up on; one query, and none when it is known already."""
    return user.personal_workspace


def email_is_verified(user: User) -> bool:
    """Whether `user` has shown to read mail at the address that is the log-in."""
    verified: bool = EmailAddress.objects.filter(user=user, email=user.email, verified=True).exists()
    return verified
