"""The demo account and its links, made by the same services as everybody's."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from apps.accounts.models import User, Workspace
from apps.accounts.services import vouch_for_email
from apps.analytics.demo.catalogue import LINKS, DemoLink
from apps.analytics.erasure import erase_workspace
from apps.links import selectors, services
from apps.links.errors import LinkError
from apps.links.models import Link

EMAIL = "demo@example.com"
NAME = "Demo"
# Links that expired long ago were made still longer ago.
_DISABLED_DAYS_AGO = 7


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """`links` in the order of the catalogue; `password` is "" for an account that was there already."""

    user: User
    workspace: Workspace
    links: list[Link]
    password: str = ""

    @property
    def end(self) -> datetime:
        """When the made-up clicks end: when the account was made."""
        return self.user.created_at


def find_account() -> DemoAccount | None:
    """The demo account, if there is one."""
    user = User.objects.filter(email=EMAIL).first()
    if user is None:
        return None
    workspace = selectors.default_workspace(user)
    links = Link.objects.filter(workspace=workspace, owner=user).select_related("domain").order_by("pk")
    return DemoAccount(user, workspace, list(links[: len(LINKS)]))


@transaction.atomic
def make_account(*, now: datetime) -> DemoAccount:
    """The demo account with all its links; a password nobody could guess."""
    password = secrets.token_urlsafe(9)
    user = User.objects.create_user(EMAIL, password, full_name=NAME, created_at=now)
    vouch_for_email(user)
    workspace = selectors.default_workspace(user)
    links = [_make_link(entry, user=user, workspace=workspace, now=now) for entry in LINKS]
    return DemoAccount(user, workspace, links, password)


def remove_account(account: DemoAccount, *, now: datetime) -> None:
    """Remove the account with its links and their clicks.

    Raises SinkUnavailable when ClickHouse does not answer; nothing is removed then.
    """
    erase_workspace(account.workspace.pk, by="manage.py demo")
    with transaction.atomic():
        for link in Link.objects.filter(workspace=account.workspace, deleted_at=None).select_related("domain"):
            # Redirectors forget deleted links at once; rows that merely vanish they would serve on.
            services.delete_link(actor=account.user, link=link, now=now)
        account.workspace.delete()
        account.user.delete()


def _make_link(entry: DemoLink, *, user: User, workspace: Workspace, now: datetime) -> Link:
    try:
        link = _create(entry, code=entry.code, user=user, workspace=workspace, now=now)
    except LinkError as error:
        if error.field != "code":
            raise
        # Somebody has the code already.
        link = _create(entry, code="", user=user, workspace=workspace, now=now)
    if entry.is_disabled:
        link = services.set_link_active(actor=user, link=link, is_active=False, now=now - timedelta(days=_DISABLED_DAYS_AGO))
    return link


def _create(entry: DemoLink, *, code: str, user: User, workspace: Workspace, now: datetime) -> Link:
    return services.create_link(
        actor=user,
        workspace=workspace,
        destination_url=entry.destination_url,
        code=code,
        title=entry.title,
        tags=entry.tags,
        expires_at=now - timedelta(days=entry.expired_days_ago) if entry.expired_days_ago else None,
        now=now - timedelta(days=entry.age_days),
    )
