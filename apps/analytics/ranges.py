"""The stretches of time that pages offer, and what a page's address says of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils import formats
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.analytics.periods import Bucket, Period

# Longer stretches of own dates are cut at their beginning.
MAX_DAYS = 3_660
# Buckets that can be drawn and read.
MAX_BUCKETS = 400
_BUCKET_DAYS: Mapping[Bucket, int] = {"hour": 0, "day": 1, "week": 7, "month": 28}


@dataclass(frozen=True, slots=True)
class Range:
    """`key` also is the key to press."""

    name: str
    label: str | Promise
    title: str | Promise
    key: str = ""
    hours: int = 0
    days: int = 0
    months: int = 0
    # Own dates, both included.
    first: date | None = None
    last: date | None = None

    def period(self, *, now: datetime, tz: ZoneInfo) -> Period:
        if self.first is not None and self.last is not None:
            return Period.of_days(self.first, self.last, tz=tz)
        if self.months:
            return Period.last_months(self.months, now=now, tz=tz)
        return Period.last(hours=self.hours, days=self.days, now=now, tz=tz)

    def buckets(self) -> list[Bucket]:
        """What the course of clicks can be cut into, the usual one first."""
        if self.hours:
            return ["hour"]
        days = self.length_days
        possible = [bucket for bucket, length in _BUCKET_DAYS.items() if length and length < max(2, days) and days / length <= MAX_BUCKETS]
        return sorted(possible, key=lambda bucket: bucket != self._usual_bucket(days))

    @property
    def length_days(self) -> int:
        """About how many days it has."""
        if self.first is not None and self.last is not None:
            return (self.last - self.first).days + 1
        return self.days or self.months * 31

    def _usual_bucket(self, days: int) -> Bucket:
        return "month" if self.months or days > MAX_BUCKETS else "day"


RANGES = (
    Range("24h", gettext_lazy("24 h"), gettext_lazy("Last 24 hours"), "1", hours=24),
    Range("7d", gettext_lazy("7 d"), gettext_lazy("Last 7 days"), "2", days=7),
    Range("30d", gettext_lazy("30 d"), gettext_lazy("Last 30 days"), "3", days=30),
    Range("90d", gettext_lazy("90 d"), gettext_lazy("Last 90 days"), "4", days=90),
    Range("12m", gettext_lazy("12 m"), gettext_lazy("Last 12 months"), "5", months=12),
)
_BY_NAME = {chosen.name: chosen for chosen in RANGES}
DEFAULT = "7d"
_OWN = "own"
_BUCKET_LABELS: Mapping[Bucket, str | Promise] = {
    "hour": gettext_lazy("Hours"),
    "day": gettext_lazy("Days"),
    "week": gettext_lazy("Weeks"),
    "month": gettext_lazy("Months"),
}


@dataclass(frozen=True, slots=True)
class Choice:
    """What a page shows: a range in buckets, with bots or without. `error` says what is wrong with own dates."""

    range: Range
    bucket: Bucket
    include_bots: bool
    error: str = ""

    def period(self, *, now: datetime, tz: ZoneInfo) -> Period:
        return self.range.period(now=now, tz=tz).cut_by(self.bucket)

    @property
    def name(self) -> str:
        return self.range.name

    @property
    def title(self) -> str:
        return str(self.range.title)

    @property
    def buckets(self) -> list[tuple[Bucket, str]]:
        """Buckets to choose from, with their labels, the shortest first."""
        return [(bucket, str(label)) for bucket, label in _BUCKET_LABELS.items() if bucket in self.range.buckets()]


def read_choice(asked: Mapping[str, str], *, today: date) -> Choice:
    """What the query of a page asks for: `range` or own dates (`from`, `to`), `by` (a bucket) and `bots`.

    What it does not name, or names wrongly, is as usual; dates that are none are said to be wrong in `error`.
    """
    chosen, error = _own_dates(asked, today=today)
    if chosen is None:
        chosen = read_range(asked.get("range", ""))
    possible = chosen.buckets()
    bucket = next((bucket for bucket in possible if bucket == asked.get("by")), possible[0])
    return Choice(chosen, bucket, include_bots=asked.get("bots") == "1", error=error)


def read_range(name: str) -> Range:
    """The range of this name; of an unknown one, the default."""
    return _BY_NAME.get(name) or _BY_NAME[DEFAULT]


def _own_dates(asked: Mapping[str, str], *, today: date) -> tuple[Range | None, str]:
    texts = asked.get("from", ""), asked.get("to", "")
    if not any(texts):
        return None, ""
    try:
        first, last = (date.fromisoformat(text) if text else today for text in texts)
    except ValueError:
        return None, _("Give both dates as year, month and day, such as 2026-03-31.")
    last = min(last, today)
    if first > last:
        return None, _("The first date must not be after the last one, nor in the future.")
    first = max(first, last - timedelta(days=MAX_DAYS - 1), date(2000, 1, 1))
    title = f"{formats.date_format(first)} – {formats.date_format(last)}"
    return Range(_OWN, title, title, first=first, last=last), ""
