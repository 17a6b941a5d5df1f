"""What a domain's owner is shown of its orphan clicks, and staff of those on domains that nobody owns.

Everything raises AnalyticsUnavailable when ClickHouse does not answer.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from apps.analytics.enrichment.referrers import host_class
from apps.analytics.orphan_rows import NOBODYS
from apps.analytics.queries import fetch

DAYS = 30
TOP_PATHS = 20
# On the page of the installation, which has all of its domains.
TOP_PLACES = 100

_TOTALS = """
SELECT countIf(kind = 'unknown_code' AND NOT is_bot), countIf(kind = 'root' AND NOT is_bot), countIf(is_bot)
FROM orphan_clicks
WHERE workspace_id = %(workspace_id)s AND domain = %(domain)s AND timestamp >= toDateTime(%(start)s, 'UTC')
"""
_PATHS = """
SELECT path, count() AS clicks, countIf(is_bot), max(timestamp), argMax(referrer_host, (referrer_host != '', timestamp))
FROM orphan_clicks
WHERE workspace_id = %(workspace_id)s AND domain = %(domain)s AND timestamp >= toDateTime(%(start)s, 'UTC')
  AND kind = 'unknown_code'
GROUP BY path
ORDER BY countIf(NOT is_bot) DESC, clicks DESC, path
LIMIT %(limit)s
"""


@dataclass(frozen=True, slots=True)
class LostPath:
    """A path that visitors asked for and no link has; `clicks` counts bots too, `referrer` is the site
    that sent one of them, "" when none said."""

    path: str
    clicks: int
    bots: int
    last_at: datetime
    referrer: str

    @property
    def code(self) -> str:
        """What the code of a link would be that leads from here."""
        return self.path[1:]


@dataclass(frozen=True, slots=True)
class OrphanReport:
    """Orphan clicks of one domain in the last DAYS days; bots are counted apart."""

    unknown_codes: int
    roots: int
    bots: int
    paths: list[LostPath]


def orphan_report(*, workspace_id: int, hostname: str, now: datetime) -> OrphanReport:
    """The report of the domain `hostname`, as long as it has been this workspace's. Two queries."""
    parameters = {"workspace_id": workspace_id, "domain": hostname, "start": int((now - timedelta(days=DAYS)).timestamp())}
    [(unknown, roots, bots)] = fetch(_TOTALS, parameters)
    paths = [LostPath(*row) for row in fetch(_PATHS, {**parameters, "limit": TOP_PATHS})]
    return OrphanReport(unknown, roots, bots, paths)


_PLACES = """
SELECT domain, path, count() AS clicks, countIf(is_bot), max(timestamp), topK(1)(referrer_host)[1]
FROM orphan_clicks
WHERE workspace_id = %(workspace_id)s AND timestamp >= toDateTime(%(start)s, 'UTC') AND kind = 'unknown_code'
GROUP BY domain, path
ORDER BY countIf(NOT is_bot) DESC, clicks DESC, domain, path
LIMIT %(limit)s
"""


@dataclass(frozen=True, slots=True)
class LostPlace:
    """A path on a domain of the installation that visitors asked for and no link has; `clicks` counts bots
    too, `referrer` is the site that sent most of them, "" when most came from none."""

    domain: str
    path: str
    clicks: int
    bots: int
    last_at: datetime
    referrer: str

    @property
    def referrer_class(self) -> str:
        """direct, internal, search, social, mail or other."""
        if not self.referrer:
            return "direct"
        return "internal" if self.referrer == self.domain.partition(":")[0] else host_class(self.referrer)


def lost_places(*, since: datetime) -> list[LostPlace]:
    """Paths on domains of the installation asked for from `since` on, most clicked by people first, TOP_PLACES at most. One query."""
    parameters = {"workspace_id": NOBODYS, "start": int(since.timestamp()), "limit": TOP_PLACES}
    return [LostPlace(*row) for row in fetch(_PLACES, parameters)]
