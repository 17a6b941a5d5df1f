"""Values about the user that every template may use."""

import time
from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from apps.accounts import selectors
from apps.accounts.workspaces.current import known_workspace

SESSION_KEY = "email_verified"
# The address may be verified from another device, which knows nothing of this session.
RECHECK_SECONDS = 60


def accounts(request: HttpRequest) -> dict[str, Any]:
    """`email_is_verified`: false only for a logged-in user whose address is not verified.

    The answer is kept in the session: a page costs no query for it, apart from one a minute as long
    as the address is not verified. `shown_workspace`: what the page is about, where it is about one.
    """
    return {
        "email_is_verified": SimpleLazyObject(lambda: _email_is_verified(request, now=time.time())),
        "shown_workspace": SimpleLazyObject(lambda: known_workspace(request)),
    }


def _email_is_verified(request: HttpRequest, *, now: float) -> bool:
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return True
    known = request.session.get(SESSION_KEY)
    if known is True:
        return True
    if isinstance(known, float) and 0 <= now - known < RECHECK_SECONDS:
        return False
    verified = selectors.email_is_verified(user)
    request.session[SESSION_KEY] = True if verified else now
    return verified
