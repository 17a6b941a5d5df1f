"""What keeps visitors from a link's destination: a password, a number of clicks; and whether search
engines may follow it."""

from typing import Final

from django.contrib.auth.hashers import check_password, make_password
from django.utils.translation import gettext as _

from apps.links.changes import LinkOptions, Unset
from apps.links.errors import LinkError
from apps.links.models import Link

# What `apply` may change.
FIELDS: Final = ("max_clicks", "redirects_used", "password_hash", "is_crawlable")
MAX_CLICKS = 1_000_000_000
PASSWORD_MIN_LENGTH = 4
PASSWORD_MAX_LENGTH = 128


def apply(link: Link, asked: LinkOptions) -> None:
    """Set on `link` what is asked for; what stays as it is is not judged again. Raises LinkError."""
    if not isinstance(asked.max_clicks, Unset) and asked.max_clicks != link.max_clicks:
        _set_max_clicks(link, asked.max_clicks)
    if not isinstance(asked.password, Unset):
        _set_password(link, asked.password or "")
    if not isinstance(asked.is_crawlable, Unset):
        link.is_crawlable = asked.is_crawlable


def _set_max_clicks(link: Link, max_clicks: int | None) -> None:
    """Another limit goes on from the redirects that were given away under the one before; where there
    was none, counting begins."""
    if max_clicks is not None and not 1 <= max_clicks <= MAX_CLICKS:
        message = _("Choose a number of clicks from 1 to %(limit)d, or none.") % {"limit": MAX_CLICKS}
        raise LinkError(message, code="invalid_max_clicks", field="max_clicks")
    if link.max_clicks is None:
        link.redirects_used = 0
    link.max_clicks = max_clicks


def _set_password(link: Link, password: str) -> None:
    """The password that stands stays as it is hashed, so that who has given it need not do so again."""
    if password:
        require_password(password)
        if not (link.password_hash and check_password(password, link.password_hash)):
            link.password_hash = make_password(password)
    else:
        link.password_hash = ""


def require_password(password: str) -> None:
    """Pass if `password` may stand before a link. Raises LinkError `password_too_short` or `password_too_long`."""
    if len(password) < PASSWORD_MIN_LENGTH:
        message = _("The password is too short: at least %(limit)d characters are needed.") % {"limit": PASSWORD_MIN_LENGTH}
        raise LinkError(message, code="password_too_short", field="password")
    if len(password) > PASSWORD_MAX_LENGTH:
        message = _("The password is too long: at most %(limit)d characters are possible.") % {"limit": PASSWORD_MAX_LENGTH}
        raise LinkError(message, code="password_too_long", field="password")
