"""What a domain's owner is shown of its orphan clicks. Everything raises AnalyticsUnavailable when ClickHouse does not answer."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from apps.analytics.queries import fetch

DAYS = 30
TOP_PATHS = 20

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
