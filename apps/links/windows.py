"""From when until when a link leads somewhere."""

from datetime import datetime

from django.utils.translation import gettext as _

from apps.links.errors import LinkError


def require_order(*, valid_from: datetime | None, expires_at: datetime | None) -> None:
    """Pass if there is time between the two. Raises LinkError `window_empty`."""
    if valid_from is not None and expires_at is not None and expires_at <= valid_from:
        message = _("The link would expire before it becomes valid. Choose a later time.")
        raise LinkError(message, code="window_empty", field="expires_at")


def require_future(expires_at: datetime | None, *, now: datetime) -> None:
    """Pass if `expires_at` is yet to come, or never. Raises LinkError `expiry_in_past`."""
    if expires_at is not None and expires_at <= now:
        message = _("This time has passed. Choose a later one, or disable the link to stop it now.")
        raise LinkError(message, code="expiry_in_past", field="expires_at")
