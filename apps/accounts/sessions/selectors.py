"""Reads of sessions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from allauth.usersessions.models import UserSession
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.common.visitors import user_agents


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


def device_in_words(user_agent: str) -> str:
    """Such as "Firefox on Linux"."""
    agent = user_agents.parse(user_agent)
    browser = "" if agent.browser == user_agents.OTHER else agent.browser
    system = "" if agent.os == user_agents.OTHER else agent.os
    if browser and system:
        return _("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    return browser or system or _("Unknown browser")
