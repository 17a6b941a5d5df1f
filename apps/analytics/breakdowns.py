"""Who clicked, by property: the most frequent values of each, and their parts of all clicks."""

from collections.abc import Sequence
from typing import Literal

from apps.analytics import values
from apps.analytics.periods import Period
from apps.analytics.reports import Share

# What a link's page and the dashboard show; the others are looked at one by one.
OF_LINK = ("country", "referrer_host", "browser", "os", "device")
OF_WORKSPACE = ("referrer_host", "utm_source", "utm_campaign", "country")
# Values listed of each property on these pages; the others are added up.
TOP = 10
# Values of one property on a page of its own.
MOST = 200


def read(
    owner: Literal["link_id", "workspace_id"],
    owner_id: int,
    period: Period,
    *,
    properties: Sequence[str],
    total: int,
    include_bots: bool,
    top: int = TOP,
) -> dict[str, Sequence[Share]]:
    """Shares of each of `properties` (of `rollups.PROPERTIES`) among the `total` clicks of the period. Raises AnalyticsUnavailable."""
    found = values.most_frequent(owner=owner, owner_id=owner_id, period=period, properties=properties, include_bots=include_bots, top=top)
    return {name: _shares(listed, total) for name, listed in found.items()}


def _shares(listed: Sequence[tuple[str, int]], total: int) -> list[Share]:
    # A click may arrive between the two queries of a report.
    total = max(total, sum(clicks for _value, clicks in listed))
    shares = [Share(value, clicks, clicks / total) for value, clicks in listed]
    if rest := total - sum(share.count for share in shares):
        shares.append(Share("", rest, rest / total, is_other=True))
    return shares
