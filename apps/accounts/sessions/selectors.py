"""Reads of sessions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.utils.translation import gettext as _

from apps.accounts.models import TokenFamily, User
from apps.common.visitors import user_agents

_MOST_CLIENTS = 100


@dataclass(frozen=True, slots=True)
class Browser:
    """One place where a user is logged in; `device` in words."""

    pk: int
    device: str
    address: str
    began_at: datetime
    seen_at: datetime
    is_this: bool


def browsers_of(user: User, *, session_key: str | None) -> Sequence[Browser]:
    """Where `user` is logged in: the browser with `session_key` first, then those used last. Drops what has ended."""
    found = [
        Browser(
            pk=session.pk,
            device=device_in_words(session.user_agent),
            address=session.ip,
            began_at=session.created_at,
            seen_at=session.last_seen_at,
            is_this=session.session_key == session_key,
        )
        for session in UserSession.objects.purge_and_list(user)
    ]
    return sorted(found, key=lambda browser: (browser.is_this, browser.seen_at, browser.pk), reverse=True)


@dataclass(frozen=True, slots=True)
class ApiClient:
    """A log-in of a program, by the API; `seen_at` is when it last fetched tokens."""

    pk: UUID
    program: str
    address: str
    began_at: datetime
    seen_at: datetime


def api_clients_of(user: User, *, now: datetime) -> Sequence[ApiClient]:
    """Programs whose tokens let them in as `user`, those used last first; one query."""
    families = TokenFamily.objects.filter(user=user, revoked_at=None, expires_at__gt=now, version=user.token_version)
    # Who has not refreshed for as long has no token left.
    families = families.filter(current_issued_at__gt=now - timedelta(days=settings.REFRESH_TOKEN_DAYS))
    return [
        ApiClient(
            pk=family.pk,
            program=family.user_agent or _("Unknown program"),
            address=family.address or "",
            began_at=family.created_at,
            seen_at=family.current_issued_at,
        )
        for family in families.order_by("-current_issued_at", "pk")[:_MOST_CLIENTS]
    ]


def device_in_words(user_agent: str) -> str:
    """Such as "Firefox on Linux"."""
    agent = user_agents.parse(user_agent)
    browser = "" if agent.browser == user_agents.OTHER else agent.browser
    system = "" if agent.os == user_agents.OTHER else agent.os
    if browser and system:
        return _("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    return browser or system or _("Unknown browser")
