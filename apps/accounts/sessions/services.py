"""Ending sessions."""

from allauth.usersessions.models import UserSession
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from apps.accounts.audit.actions import AuditAction
from apps.accounts.audit.recording import record
from apps.accounts.models import User


@transaction.atomic
def end_session(session: UserSession, *, by: User) -> None:
    """Log one browser out, within a minute wherever a copy of its session is kept."""
    session.end()
    record(action=AuditAction.SESSION_ENDED, actor=by, target=session.user, before={"browser": session.user_agent, "from": session.ip})


@transaction.atomic
def end_all_sessions(user: User, *, by: User | None = None, but: str = "") -> int:
    """Log all browsers out but the one whose session key is `but`, and make all tokens of the API void.

    Gives the number of web sessions that have ended.
    """
    ended = void_sessions(user, but=but)
    record(action=AuditAction.LOGGED_OUT_EVERYWHERE, actor=by or user, target=user)
    return ended


@transaction.atomic
def void_sessions(user: User, *, but: str = "") -> int:
    """The same as part of something that is recorded itself: a changed password, a closed account."""
    ended = list(UserSession.objects.filter(user=user).exclude(session_key=but))
    for session in ended:
        session.end()
    User.objects.filter(pk=user.pk).update(token_version=F("token_version") + 1, updated_at=timezone.now())
    user.refresh_from_db(fields=["token_version", "updated_at"])
    return len(ended)
