"""From what people type to a parsed URL. Nothing here looks at whose host it is."""

import re
import unicodedata

from ada_url import URL, HostType
from django.conf import settings
from django.utils.translation import gettext as _

from apps.links.destinations.refusal import refusal
from apps.links.models import DESTINATION_MAX_LENGTH

# Come along with copied text and cannot be seen.
_INVISIBLE = "\ufeff\u200b\u2060"
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
# `example.com:8080/path` and `localhost:3000` look like a scheme, but are a host and a port.
_HOST_AND_PORT = re.compile(r"(?P<host>[^/?#@:\\\s]+):[0-9]{1,5}(?:[/?#]|\Z)")
_WEB = re.compile(r"https?:", re.IGNORECASE)
_PRINTABLE = re.compile(r"[\x21-\x7e]+\Z")


def parse(text: str) -> URL:
    """`text` as an http or https URL without user name and password, in WHATWG form.

    White space around is left out; without a scheme, https is meant. Raises LinkError.
    """
    trimmed = text.strip().strip(_INVISIBLE).strip()
    if not trimmed:
        raise refusal("required", _("Enter the address that the link leads to."))
    _require_length(trimmed)
    if any(unicodedata.category(character) == "Cc" for character in trimmed):
        raise refusal("control_characters", _("The address contains a line break or another control character. Remove it."))
    return _checked(_parsed(_with_scheme(trimmed)), trimmed)


def _require_length(text: str) -> None:
    limit = min(settings.DESTINATION_MAX_LENGTH, DESTINATION_MAX_LENGTH)
    if len(text) > limit:
        raise refusal("too_long", _("The address is too long: at most %(limit)d characters are possible.") % {"limit": limit})


def _with_scheme(text: str) -> str:
    if _WEB.match(text):
        return text
    if _SCHEME.match(text) and not _begins_with_host_and_port(text):
        raise refusal("scheme_not_allowed", _("Only web addresses can be shortened: they begin with https:// or http://."))
    if text[0] in "/\\?#":
        raise refusal("invalid_url", _("Enter a full address, such as https://example.com/page."))
    return f"https://{text}"


def _begins_with_host_and_port(text: str) -> bool:
    found = _HOST_AND_PORT.match(text)
    return found is not None and ("." in found["host"] or found["host"].lower() == "localhost")


def _parsed(text: str) -> URL:
    try:
        return URL(text)
    except ValueError:  # lone surrogates, too, which no URL can hold
        message = _("This is not a web address. Enter a full one, such as https://example.com/page.")
        raise refusal("invalid_url", message) from None


def _checked(url: URL, text: str) -> URL:
    if url.username or url.password:
        raise refusal("userinfo", _("The address contains a user name or password before “@”. Remove it."))
    if url.host_type == HostType.IPV4 and url.hostname not in text:
        raise refusal("invalid_host", _("Write the IP address as four numbers, such as 192.0.2.1, or use a host name."))
    _require_length(url.href)
    if not _PRINTABLE.match(url.href):
        raise refusal("invalid_url", _("This is not a web address. Enter a full one, such as https://example.com/page."))
    return url
