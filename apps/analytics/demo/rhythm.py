"""When people click: weekdays more than weekends, days more than nights, a little more each week."""

from datetime import datetime, timedelta
from random import Random

DAYS = 30
# By local hour, from midnight on.
_HOURS = (2, 1, 1, 1, 1, 2, 4, 8, 13, 16, 17, 16, 14, 15, 16, 15, 14, 13, 12, 12, 12, 10, 7, 4)
# By weekday, from Monday on.
_WEEKDAYS = (1.0, 1.12, 1.08, 1.05, 0.92, 0.6, 0.55)
_GROWTH_PER_DAY = 0.012
NEWSLETTER_WEEKDAY = 1
NEWSLETTER_HOUR = 8


class Rhythm:
    """Moments in the DAYS before `end` (aware, UTC)."""

    def __init__(self, end: datetime) -> None:
        self.end = end
        self.days = [(end - timedelta(days=ago)).replace(hour=0, minute=0, second=0, microsecond=0) for ago in range(DAYS, -1, -1)]
        self._weights = [_WEEKDAYS[day.weekday()] * (1 + _GROWTH_PER_DAY) ** number for number, day in enumerate(self.days)]
        self._newsletter_days = [day for day in self.days if day.weekday() == NEWSLETTER_WEEKDAY]

    def ordinary(self, random: Random, *, hours_ahead: int) -> datetime:
        """Some moment of somebody's day, `hours_ahead` of UTC."""
        day = random.choices(self.days, self._weights)[0]
        hour = random.choices(range(24), _HOURS)[0] - hours_ahead
        return day + timedelta(hours=hour, seconds=random.random() * 3600)

    def after_newsletter(self, random: Random) -> datetime:
        """Soon after the newsletter went out; most read it within hours."""
        sent = random.choice(self._newsletter_days) + timedelta(hours=NEWSLETTER_HOUR)
        return sent + timedelta(hours=random.expovariate(1 / 5))

    def in_spike(self, random: Random, *, days_ago: int) -> datetime:
        """In the wave after a much-read page has pointed to the link."""
        start = self.end - timedelta(days=days_ago)
        return start + timedelta(hours=random.gammavariate(2, 4))
