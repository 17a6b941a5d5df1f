"""Stretches of time as a viewer sees them: cut into hours, days, weeks or months of the viewer's time zone."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

Bucket = Literal["hour", "day", "week", "month"]

_HOUR = timedelta(hours=1)
_MONTHS_A_YEAR = 12


@dataclass(frozen=True, slots=True)
class Period:
    """From `start` (included) to `end` (excluded), both aware, cut at the hours, days, weeks (from Monday on) or months of `tz`.

    A day has 23 to 25 hours, whatever the zone's clocks do. The first and the last bucket are
    shorter when the period does not begin or end at a cut.
    """

    start: datetime
    end: datetime
    bucket: Bucket
    tz: ZoneInfo

    def __post_init__(self) -> None:
        if self.start.tzinfo is None or self.end.tzinfo is None:
            raise ValueError("a period needs aware times")
        if self.start >= self.end:
            raise ValueError("a period ends after it starts")

    @classmethod
    def last(cls, *, days: int = 0, hours: int = 0, now: datetime, tz: ZoneInfo) -> "Period":
        """The last `days` days, today included, or the last `hours` hours, this one included; both are whole."""
        if (days > 0) == (hours > 0):
            raise ValueError("give days or hours")
        if hours:
            end = _floor_hour(now, tz) + _HOUR
            return cls(end - hours * _HOUR, end, "hour", tz)
        today = now.astimezone(tz).date()
        return cls(_midnight(today - timedelta(days=days - 1), tz), _midnight(today + timedelta(days=1), tz), "day", tz)

    @classmethod
    def of_days(cls, first: date, last: date, *, tz: ZoneInfo, bucket: Bucket = "day") -> "Period":
        """The days from `first` to `last`, both included. Raises ValueError when `last` is before `first`."""
        return cls(_midnight(first, tz), _midnight(last + timedelta(days=1), tz), bucket, tz)

    @classmethod
    def last_months(cls, months: int, *, now: datetime, tz: ZoneInfo) -> "Period":
        """The last `months` months, this one included; all are whole."""
        this = now.astimezone(tz).date().replace(day=1)
        return cls(_midnight(_months_later(this, 1 - months), tz), _midnight(_months_later(this, 1), tz), "month", tz)

    def cut_by(self, bucket: Bucket) -> "Period":
        """The same stretch of time in other buckets."""
        return Period(self.start, self.end, bucket, self.tz)

    def previous(self) -> "Period":
        """The period of equal length just before: the same number of hours, or of days or whole months on the viewer's clock."""
        if self.bucket == "hour":
            return Period(self.start - (self.end - self.start), self.start, self.bucket, self.tz)
        start = self.start.astimezone(self.tz).replace(tzinfo=None)
        end = self.end.astimezone(self.tz).replace(tzinfo=None)
        if start.day == end.day == 1 and start.time() == end.time() == time.min:
            months = (end.year - start.year) * _MONTHS_A_YEAR + end.month - start.month
            return Period(_midnight(_months_later(start.date(), -months), self.tz), self.start, self.bucket, self.tz)
        return Period(_local(start - (end - start), self.tz), self.start, self.bucket, self.tz)

    def buckets(self) -> list[datetime]:
        """When each bucket starts, in `tz`, in order."""
        return [self.start.astimezone(self.tz), *(cut.astimezone(self.tz) for cut in self._cuts())]

    def _cuts(self) -> Iterator[datetime]:
        if self.bucket == "hour":
            cut = _floor_hour(self.start, self.tz) + _HOUR
            while cut < self.end:
                yield cut
                cut += _HOUR
        else:
            day = _next_cut(self.start.astimezone(self.tz).date(), self.bucket)
            while (cut := _midnight(day, self.tz)) < self.end:
                yield cut
                day = _next_cut(day, self.bucket)


def _next_cut(day: date, bucket: Bucket) -> date:
    """The first day after `day` on which a bucket begins."""
    if bucket == "month":
        return _months_later(day.replace(day=1), 1)
    return day + timedelta(days=7 - day.weekday() if bucket == "week" else 1)


def _months_later(first: date, months: int) -> date:
    """The first of the month that is `months` after that of `first`."""
    number = first.year * _MONTHS_A_YEAR + first.month - 1 + months
    return date(number // _MONTHS_A_YEAR, number % _MONTHS_A_YEAR + 1, 1)


def _floor_hour(moment: datetime, tz: ZoneInfo) -> datetime:
    """The latest full hour on the clocks of `tz`, in UTC: sums across a change of the clocks hold there only."""
    local = moment.astimezone(tz)
    past = timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
    return moment.astimezone(UTC) - past


def _midnight(day: date, tz: ZoneInfo) -> datetime:
    """The first instant of `day`; where the clocks skip midnight, that is when they do so."""
    return _local(datetime.combine(day, time.min), tz)


def _local(wall: datetime, tz: ZoneInfo) -> datetime:
    """The instant at which the clocks of `tz` show `wall` (naive), in UTC."""
    return wall.replace(tzinfo=tz).astimezone(UTC)
