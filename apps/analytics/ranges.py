"""The ranges of time that pages offer."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.analytics.periods import Period


@dataclass(frozen=True, slots=True)
class Range:
    """`key` also is the key to press."""

    name: str
    label: Promise
    title: Promise
    key: str
    hours: int = 0
    days: int = 0

    def period(self, *, now: datetime, tz: ZoneInfo) -> Period:
        return Period.last(hours=self.hours, days=self.days, now=now, tz=tz)


RANGES = (
    Range("24h", _("24 h"), _("Last 24 hours"), "1", hours=24),
    Range("7d", _("7 d"), _("Last 7 days"), "2", days=7),
    Range("30d", _("30 d"), _("Last 30 days"), "3", days=30),
    Range("90d", _("90 d"), _("Last 90 days"), "4", days=90),
)
_BY_NAME = {chosen.name: chosen for chosen in RANGES}
DEFAULT = "7d"


def read_range(name: str) -> Range:
    """The range of this name; of an unknown one, the default."""
    return _BY_NAME.get(name) or _BY_NAME[DEFAULT]
