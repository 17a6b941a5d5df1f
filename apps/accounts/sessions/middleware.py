"""Notes when and from where each session was last used."""

import time
from collections import OrderedDict
from collections.abc import Callable

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.http import HttpRequest, HttpResponse

# Sessions of which this process remembers when it has noted them.
_REMEMBERED = 20_000


class SessionSeenMiddleware:
    """Writes once in SESSION_SEEN_SECONDS for each session and process; 0 switches it off."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self._noted: OrderedDict[str, float] = OrderedDict()

    def __call__(self, request: HttpRequest) -> HttpResponse:
        key = request.session.session_key
        # A request without a cookie of a session has no user: it need not be looked up.
        if settings.SESSION_SEEN_SECONDS and key and self._is_due(key) and request.user.is_authenticated:
            UserSession.objects.create_from_request(request)
        return self.get_response(request)

    def _is_due(self, key: str) -> bool:
        now = time.monotonic()
        if now - self._noted.get(key, float("-inf")) < settings.SESSION_SEEN_SECONDS:
            return False
        self._noted[key] = now
        self._noted.move_to_end(key)
        while len(self._noted) > _REMEMBERED:
            self._noted.popitem(last=False)
        return True
