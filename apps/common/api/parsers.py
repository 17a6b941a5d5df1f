"""Reading bodies of requests to the API."""

import json
from collections.abc import Mapping
from typing import IO, Any

from django.conf import settings
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.parsers import JSONParser
from rest_framework.settings import api_settings
from rest_framework.utils.json import strict_constant


class BodyTooLarge(exceptions.APIException):
    status_code = 413
    default_code = "too_large"


class BoundedJSONParser(JSONParser):
    """JSON in UTF-8, of DATA_UPLOAD_MAX_MEMORY_SIZE bytes at most; too deep a nest is an error and not a crash.

    REST framework reads the stream itself, past Django's own bound.
    """

    def parse(self, stream: IO[bytes], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None) -> Any:  # noqa: ARG002
        """Raises BodyTooLarge, and ParseError for what is no JSON object or list."""
        most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        body = stream.read(most + 1)
        if len(body) > most:
            raise BodyTooLarge(_("The body is larger than %(most)d bytes.") % {"most": most})
        try:
            found = json.loads(body.decode("utf-8-sig"), parse_constant=strict_constant if api_settings.STRICT_JSON else None)
        except RecursionError:
            raise exceptions.ParseError(_("The body is nested too deeply.")) from None
        except ValueError as error:
            raise exceptions.ParseError(_("The body is not JSON: %(reason)s") % {"reason": error}) from None
        if not _is_unicode(body, found):
            raise exceptions.ParseError(_("The body has half of a surrogate pair, which is no character."))
        if not isinstance(found, dict | list):
            raise exceptions.ParseError(_("The body has to be a JSON object."))
        return found


def _is_unicode(body: bytes, found: Any) -> bool:
    """Whether every text can be stored and answered. Only an escape can say what cannot."""
    if b"\\ud" not in body.lower():
        return True
    try:
        json.dumps(found, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True
