"""How a link sends people on: status, caching, what of the visitor's request goes along."""

import re
from collections.abc import Mapping

from django.utils.translation import gettext as _

from apps.links import locks
from apps.links.changes import LinkOptions, Unset
from apps.links.errors import LinkError
from apps.links.models import Link, RedirectStatus
from apps.links.texts import require_printable

# What `apply` may change.
FIELDS = ("redirect_status", "cache_seconds", "forward_query", "forward_path", "utm", *locks.FIELDS)
# A browser that remembers longer than a year is not asked to.
MAX_CACHE_SECONDS = 366 * 24 * 3600
MAX_UTM = 10
UTM_MAX_LENGTH = 200
_is_utm_name = re.compile(r"utm_[a-z0-9_]{1,32}\Z").match


def apply(link: Link, asked: LinkOptions) -> None:
    """Set on `link` what is asked for; what stays as it is is not judged again. Raises LinkError."""
    if not isinstance(asked.redirect_status, Unset) and asked.redirect_status != link.redirect_status:
        link.redirect_status = checked_status(asked.redirect_status)
    if not isinstance(asked.cache_seconds, Unset) and asked.cache_seconds != link.cache_seconds:
        link.cache_seconds = checked_cache_seconds(asked.cache_seconds)
    if not isinstance(asked.forward_query, Unset):
        link.forward_query = asked.forward_query
    if not isinstance(asked.forward_path, Unset):
        link.forward_path = asked.forward_path
    if not isinstance(asked.utm, Unset) and asked.utm != link.utm:
        link.utm = checked_utm(asked.utm)
    locks.apply(link, asked)


def checked_status(status: int) -> int:
    """`status` unchanged. Raises LinkError `invalid_status`."""
    if status not in RedirectStatus.values:
        message = _("Choose one of the statuses 301, 302, 307 and 308.")
        raise LinkError(message, code="invalid_status", field="redirect_status")
    return status


def checked_cache_seconds(seconds: int) -> int:
    """`seconds` unchanged. Raises LinkError `invalid_cache_seconds`."""
    if not 0 <= seconds <= MAX_CACHE_SECONDS:
        message = _("Choose a number of seconds from 0 (ask every time) to %(limit)d.") % {"limit": MAX_CACHE_SECONDS}
        raise LinkError(message, code="invalid_cache_seconds", field="cache_seconds")
    return seconds


def checked_utm(utm: Mapping[str, str]) -> dict[str, str]:
    """`utm` without blanks around values and without empty ones, in its order.

    Raises LinkError with the codes `invalid_utm_name`, `utm_too_long`, `too_many_utm` or `control_characters`.
    """
    found = {name: stripped for name, value in utm.items() if (stripped := value.strip())}
    if len(found) > MAX_UTM:
        message = _("A link can have at most %(limit)d UTM parameters.") % {"limit": MAX_UTM}
        raise LinkError(message, code="too_many_utm", field="utm")
    for name, value in found.items():
        _require_utm(name, value)
    return found


def _require_utm(name: str, value: str) -> None:
    if not _is_utm_name(name):
        message = _("“%(name)s” is not the name of a UTM parameter, such as utm_source.") % {"name": name}
        raise LinkError(message, code="invalid_utm_name", field="utm")
    if len(value) > UTM_MAX_LENGTH:
        message = _("The value of %(name)s is too long: at most %(limit)d characters are possible.")
        raise LinkError(message % {"name": name, "limit": UTM_MAX_LENGTH}, code="utm_too_long", field="utm")
    require_printable(value, field="utm")
