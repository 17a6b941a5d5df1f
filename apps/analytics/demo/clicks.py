"""The demo account's clicks, the same ones for the same seed, links and end."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from apps.analytics.demo import people
from apps.analytics.demo.catalogue import DemoLink
from apps.analytics.demo.people import Person
from apps.analytics.demo.rhythm import DAYS, Rhythm

# The link at place n is clicked in proportion to n to the power of this.
_POWER = -0.85
_RETURNS_SHARE = 0.28
_SPIKE_SHARE = 0.35
_NEWSLETTER_SHARE = 0.35
_NEWSLETTER_QUERY = "utm_source=newsletter&utm_medium=email&utm_campaign=weekly"


@dataclass(frozen=True, slots=True)
class DemoClick:
    """A click on the link at `place` of the catalogue."""

    at: datetime
    place: int
    person: Person
    referrer: str
    query: str
    method: str
    purpose: str


def make_clicks(links: Sequence[DemoLink], *, count: int, seed: int, end: datetime) -> list[DemoClick]:
    """`count` clicks in the thirty days before `end` (aware), oldest first."""
    random = Random(seed)  # noqa: S311 - repeatable on purpose
    maker = _Maker(links, random=random, end=end)
    clicks = [next(maker.clicks) for _ in range(count)]
    return sorted(clicks, key=lambda click: click.at)


class _Maker:
    def __init__(self, links: Sequence[DemoLink], *, random: Random, end: datetime) -> None:
        self._links = links
        self._random = random
        self._end = end
        self._rhythm = Rhythm(end)
        self._weights = [(place + 1) ** _POWER * (0.3 if link.is_disabled else 1) for place, link in enumerate(links)]
        self._seen_on: defaultdict[datetime, list[Person]] = defaultdict(list)
        self.clicks: Iterator[DemoClick] = self._clicks()

    def _clicks(self) -> Iterator[DemoClick]:
        while True:
            place = self._random.choices(range(len(self._links)), self._weights)[0]
            click = self._click(place)
            if self._is_open(self._links[place], click.at):
                yield click

    def _click(self, place: int) -> DemoClick:
        random, link = self._random, self._links[place]
        person = people.make_person(random)
        referrers, query = people.REFERRERS, ""
        if link.spike_days_ago and random.random() < _SPIKE_SHARE:
            at = self._rhythm.in_spike(random, days_ago=link.spike_days_ago)
            referrers = people.SPIKE_REFERRERS
        elif link.in_newsletter and random.random() < _NEWSLETTER_SHARE:
            at = self._rhythm.after_newsletter(random)
            referrers, query = people.NEWSLETTER_REFERRERS, _NEWSLETTER_QUERY
        else:
            at = self._rhythm.ordinary(random, hours_ahead=person.hours_ahead)
        person = self._maybe_known(person, at)
        if person.is_bot:
            referrers, query = people.NO_REFERRER, ""
        return DemoClick(
            at=at,
            place=place,
            person=person,
            referrer=people.pick(random, referrers),
            query=query,
            method="HEAD" if person.is_bot and random.random() < 0.3 else "GET",
            purpose="prefetch" if not person.is_bot and random.random() < 0.01 else "",
        )

    def _maybe_known(self, person: Person, at: datetime) -> Person:
        """Somebody who came before on the same day, now and then."""
        day = self._seen_on[at.replace(hour=0, minute=0, second=0, microsecond=0)]
        if day and self._random.random() < _RETURNS_SHARE:
            return self._random.choice(day)
        day.append(person)
        return person

    def _is_open(self, link: DemoLink, at: datetime) -> bool:
        """Whether the link led anywhere at `at`; a disabled one did until a week ago."""
        ended_days_ago = link.expired_days_ago or (7 if link.is_disabled else 0)
        begun = self._end - timedelta(days=min(link.age_days, DAYS))
        return begun <= at < self._end - timedelta(days=ended_days_ago)
