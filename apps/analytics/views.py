"""Pages of numbers: the dashboard, and the page of one link."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any, TypeVar

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from apps.accounts import policy
from apps.accounts.models import Workspace
from apps.accounts.policy import Action
from apps.accounts.workspaces.current import current_workspace
from apps.analytics import selectors
from apps.analytics.charts import cards, chart_data, digest, heat_rows, series_rows, sparkline_points, tiles
from apps.analytics.dimensions import DIMENSIONS
from apps.analytics.errors import AnalyticsUnavailable
from apps.analytics.exports.formats import Format
from apps.analytics.exports.services import may_export
from apps.analytics.ranges import RANGES, Choice, read_choice
from apps.analytics.reports import LinkReport, WorkspaceReport
from apps.analytics.trending.alerts import alert_of
from apps.analytics.trending.selectors import trending_now
from apps.common.access import logged_in_only
from apps.common.timezones import viewer_zone
from apps.links import selectors as links
from apps.links.forms import NewLinkForm
from apps.links.marks import marks_of
from apps.links.models import Link
from apps.links.pages import aliases_of, row_of, shown_destination

# What nothing has changed of is answered with this, and the page leaves it as it is.
NO_CONTENT = 204
NEWEST = 5
TRENDING = 5
SPARKLINES = 50

Report = TypeVar("Report", LinkReport, WorkspaceReport)


@logged_in_only
@require_safe
def dashboard(request: HttpRequest) -> HttpResponse:
    workspace = current_workspace(request)
    now = timezone.now()
    chosen = choice_of(request, now=now)

    def top_links(report: WorkspaceReport) -> dict[str, Any]:
        by_id = {link.pk: link for link in _links(request, workspace).filter(pk__in=[top.link_id for top in report.top_links])}
        return {"top_links": [(row_of(by_id[top.link_id], now=now), top) for top in report.top_links if top.link_id in by_id]}

    numbers = _numbers(request, chosen, partial(selectors.workspace_report, workspace_id=workspace.pk), top_links, now=now)
    if numbers is None:
        return HttpResponse(status=NO_CONTENT)
    context = {**numbers, "ranges": RANGES, "chosen": chosen, "dimensions": DIMENSIONS.values()}
    if _is_fragment(request):
        return render(request, "analytics/_dashboard_numbers.html", context)
    trending = trending_now(actor=request.user, workspace=workspace, limit=TRENDING)
    newest = [row_of(link, now=now) for link in _links(request, workspace)[:NEWEST]]
    may_create = Action.LINK_CREATE in policy.allowed_actions(request.user, workspace.pk)
    context |= {
        "form": NewLinkForm(domains=links.usable_domains(actor=request.user, workspace=workspace)) if may_create else None,
        "newest": newest,
        "trending": [(row_of(row.link, now=now), row) for row in trending],
        "trending_minutes": round(settings.TRENDING_WINDOW_SECONDS / 60),
        "sparkline_ids": _ids(newest),
    }
    return render(request, "analytics/dashboard.html", context)


@logged_in_only
@require_safe
def link_page(request: HttpRequest, hostname: str, code: str) -> HttpResponse:
    link = links.get_link(actor=request.user, hostname=hostname, code=code, action=Action.ANALYTICS_VIEW)
    now = timezone.now()
    chosen = choice_of(request, now=now)
    numbers = _numbers(request, chosen, partial(selectors.link_report, link_id=link.pk), lambda _report: {}, now=now)
    if numbers is None:
        return HttpResponse(status=NO_CONTENT)
    context = {**numbers, "ranges": RANGES, "chosen": chosen, "dimensions": DIMENSIONS.values()}
    context |= {"link": link, "formats": _formats(request, link)}
    if _is_fragment(request):
        return render(request, "analytics/_link_numbers.html", context)
    context |= {
        "short_url": links.short_url(link),
        "aliases": aliases_of(link),
        "state": link.state_at(now),
        "destination": shown_destination(link.destination_url),
        "tags": sorted(tag.name for tag in link.tags.all()),
        "marks": marks_of(link),
        "is_new": "new" in request.GET,
        "alert": alert_of(link, now=now),
        "may_edit": policy.may(request.user, Action.LINK_EDIT, link),
    }
    return render(request, "analytics/link.html", context)


@logged_in_only
@require_safe
def sparklines(request: HttpRequest) -> HttpResponse:
    """Thirty days of clicks for each of `ids` that the asker may see, to be swapped into their rows."""
    asked = [
        int(part) for part in request.GET.get("ids", "").split(",")[:SPARKLINES] if part.isascii() and part.isdigit() and len(part) < 19
    ]
    workspace = current_workspace(request)
    ids = list(links.list_links(actor=request.user, workspace=workspace, state="").filter(pk__in=asked).values_list("pk", flat=True))
    try:
        counts = selectors.sparklines(workspace_id=workspace.pk, link_ids=ids, now=timezone.now(), tz=viewer_zone(request))
    except AnalyticsUnavailable:
        return HttpResponse(status=NO_CONTENT)
    lines = [(link_id, sparkline_points(days), len(days) - 1, sum(days)) for link_id, days in counts.items()]
    return render(request, "analytics/_sparklines.html", {"lines": lines})


def _numbers(
    request: HttpRequest, chosen: Choice, read: Callable[..., Report], more: Callable[[Report], dict[str, Any]], *, now: datetime
) -> dict[str, Any] | None:
    """What a page shows of the clicks in `chosen`: that of all reports, and `more` of this one. None
    when the page shows just that already."""
    try:
        report = read(period=chosen.period(now=now, tz=viewer_zone(request)), include_bots=chosen.include_bots)
    except AnalyticsUnavailable:
        return {"unavailable": True}
    if _is_fragment(request) and request.GET.get("seen") == digest(report):
        return None
    rows = series_rows(report, chosen.bucket)
    return {
        "tiles": tiles(report.totals, report.previous),
        "rows": rows,
        "chart": chart_data(rows),
        "digest": digest(report),
        "cards": cards(report),
        "heat_rows": heat_rows(report.heat_map),
        "unavailable": False,
        **more(report),
    }


def choice_of(request: HttpRequest, *, now: datetime) -> Choice:
    """What the address of a page of numbers asks for."""
    return read_choice(request.GET, today=now.astimezone(viewer_zone(request)).date())


def _links(request: HttpRequest, workspace: Workspace) -> QuerySet[Link]:
    return links.list_links(actor=request.user, workspace=workspace)


def _ids(rows: Any) -> str:
    return ",".join(str(row.link.pk) for row in rows)


def _formats(request: HttpRequest, link: Link) -> list[Format]:
    """In which the asker may take away single clicks."""
    return [format_ for format_ in Format if format_.is_available] if may_export(request.user, link) else []


def _is_fragment(request: HttpRequest) -> bool:
    return request.headers.get("HX-Target") == "numbers"
