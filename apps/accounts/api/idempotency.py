"""`Idempotency-Key` on requests that make something."""

import json
import re
from collections.abc import Callable
from functools import wraps
from typing import Any, Final

from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.encoders import JSONEncoder

from apps.accounts.api.actors import actor_of
from apps.accounts.idempotency.answers import Answer, once
from apps.accounts.models import User
from apps.accounts.policy import ApiActor

HEADER: Final = "Idempotency-Key"
_is_key: Final = re.compile(r"[\x21-\x7e]{1,255}\Z").match
_HEADERS: Final = ("Location", "ETag")
Handler = Callable[..., Response]


def idempotent(handler: Handler) -> Handler:
    """For a view's method: with the header, the same request again gets the first answer, with `Idempotency-Replayed: true`."""

    @wraps(handler)
    def handle(view: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        key = request.headers.get(HEADER)
        actor = actor_of(request)
        if key is None or not isinstance(actor, User | ApiActor):
            return handler(view, request, *args, **kwargs)
        if not _is_key(key):
            raise ValidationError({HEADER: [_("A key has 1 to 255 characters of ASCII without blanks.")]})

        def act() -> Answer:
            response = handler(view, request, *args, **kwargs)
            headers = {name: response[name] for name in _HEADERS if name in response}
            return Answer(response.status_code, headers, json.dumps(response.data, cls=JSONEncoder))

        answer = once(actor=actor, key=key, asked=_asked(request), act=act, now=timezone.now())
        repeated = {"Idempotency-Replayed": "true"} if answer.is_repeated else {}
        return Response(json.loads(answer.body), status=answer.status, headers={**answer.headers, **repeated})

    return handle


def _asked(request: Request) -> bytes:
    """All that tells two requests apart."""
    return json.dumps([request.method, request.get_full_path(), request.data], sort_keys=True).encode()
