"""Where somebody is logged in, and how that ends."""

from apps.accounts.sessions.services import end_all_sessions, end_session, void_sessions

__all__ = ["end_all_sessions", "end_session", "void_sessions"]
