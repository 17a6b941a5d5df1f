"""Several links side by side, on one page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from apps.accounts.policy import Action
from apps.analytics import selectors
from apps.analytics.charts import lines_data
from apps.analytics.comparisons import MOST
from apps.analytics.errors import AnalyticsUnavailable
from apps.analytics.ranges import RANGES
from apps.analytics.reports import Totals
from apps.analytics.views import choice_of
from apps.common.access import logged_in_only
from apps.common.errors import NotFound
from apps.common.timezones import viewer_zone
from apps.links import selectors as links
from apps.links.models import Link

# Names of links that are looked at; more are passed over.
_MOST_NAMES = 20


@dataclass(frozen=True, slots=True)
class Row:
    """A link beside others; `without` is the query of the page without it."""

    link: Link
    name: str
    without: str
    totals: Totals | None


@logged_in_only
@require_safe
def compare(request: HttpRequest) -> HttpResponse:
    """The links that `link` names, each as host/code or whole short URL; up to MOST of them."""
    now = timezone.now()
    chosen = choice_of(request, now=now)
    found, unknown = _links(request)
    context: dict[str, Any] = {"chosen": chosen, "ranges": RANGES, "unknown": unknown, "most": MOST, "may_add": len(found) < MOST}
    totals: dict[int, Totals] = {}
    if found:
        try:
            totals, numbers = _numbers(request, found, now=now)
            context |= numbers
        except AnalyticsUnavailable:
            context["unavailable"] = True
    rows = [Row(link, _name(link), _query(request, [other for other in found if other != link]), totals.get(link.pk)) for link in found]
    return render(request, "analytics/compare.html", context | {"rows": rows})


def _numbers(request: HttpRequest, found: Sequence[Link], *, now: datetime) -> tuple[dict[int, Totals], dict[str, Any]]:
    chosen = choice_of(request, now=now)
    period = chosen.period(now=now, tz=viewer_zone(request))
    comparison = selectors.compare(link_ids=[link.pk for link in found], period=period, include_bots=chosen.include_bots)
    chart = lines_data({_name(link): comparison.series[link.pk] for link in found}, chosen.bucket)
    table = list(zip(chart["labels"], zip(*(line["clicks"] for line in chart["lines"]), strict=True), strict=True))
    return dict(comparison.totals), {"chart": chart, "table": table}


def _links(request: HttpRequest) -> tuple[list[Link], list[str]]:
    """The links that the address names and the asker may see numbers of, and the names that are of none."""
    found: dict[int, Link] = {}
    unknown: list[str] = []
    for name in request.GET.getlist("link")[:_MOST_NAMES]:
        hostname, _slash, code = name.strip().removeprefix("https://").removeprefix("http://").rpartition("/")
        if not name.strip():
            continue
        try:
            link = links.get_link(actor=request.user, hostname=hostname, code=code, action=Action.ANALYTICS_VIEW)
        except NotFound:
            unknown.append(name)
        else:
            found[link.pk] = link
    return list(found.values())[:MOST], unknown


def _name(link: Link) -> str:
    return f"{link.domain.hostname}/{link.code}"


def _query(request: HttpRequest, found: Sequence[Link]) -> str:
    """The query of the page for these links."""
    kept = [(name, value) for name, value in request.GET.items() if name != "link"]
    return "?" + urlencode([*kept, *(("link", _name(link)) for link in found)])
