"""From when until when a link leads somewhere."""

from datetime import UTC, datetime

from django.utils.translation import gettext as _

from apps.links.errors import Field, LinkError

# Times beyond these are slips, and some of them cannot be stored or shown in every time zone.
_EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
_LATEST = datetime(3000, 1, 1, tzinfo=UTC)


def require_order(*, valid_from: datetime | None, expires_at: datetime | None) -> None:
    """Pass if there is time between the two. Raises LinkError `window_empty`, or `time_out_of_range`
    when one of them lies in another era."""
    _require_in_range(valid_from, field="valid_from")
    _require_in_range(expires_at, field="expires_at")
    if valid_from is not None and expires_at is not None and expires_at <= valid_from:
        message = _("The link would expire before it becomes valid. Choose a later time.")
        raise LinkError(message, code="window_empty", field="expires_at")


def _require_in_range(moment: datetime | None, *, field: Field) -> None:
    if moment is not None and not _EARLIEST <= moment < _LATEST:
        message = _("Choose a time between the years %(first)d and %(last)d.") % {"first": _EARLIEST.year, "last": _LATEST.year - 1}
        raise LinkError(message, code="time_out_of_range", field=field)


def require_future(expires_at: datetime | None, *, now: datetime) -> None:
    """Pass if `expires_at` is yet to come, or never. Raises LinkError `expiry_in_past`."""
    if expires_at is not None and expires_at <= now:
        message = _("This time has passed. Choose a later one, or disable the link to stop it now.")
        raise LinkError(message, code="expiry_in_past", field="expires_at")
