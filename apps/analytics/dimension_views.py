"""All values of one property of clicks, on a page and as a file."""

import csv
from collections.abc import Callable
from functools import partial
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from apps.accounts.policy import Action
from apps.accounts.workspaces.current import current_workspace
from apps.analytics import selectors
from apps.analytics.charts import card
from apps.analytics.dimensions import DIMENSIONS, Dimension
from apps.analytics.errors import AnalyticsUnavailable
from apps.analytics.ranges import RANGES
from apps.analytics.reports import Breakdown
from apps.analytics.views import choice_of
from apps.common.access import logged_in_only
from apps.common.csv_cells import cell
from apps.common.timezones import viewer_zone
from apps.links import selectors as links

_SERVICE_UNAVAILABLE = 503


@logged_in_only
@require_safe
def of_link(request: HttpRequest, hostname: str, code: str, name: str) -> HttpResponse:
    link = links.get_link(actor=request.user, hostname=hostname, code=code, action=Action.ANALYTICS_VIEW)
    back = reverse("analytics:link", args=[hostname, code])
    return _page(request, name, partial(selectors.link_breakdown, link_id=link.pk), title=f"{hostname}/{code}", back=back)


@logged_in_only
@require_safe
def of_workspace(request: HttpRequest, name: str) -> HttpResponse:
    workspace = current_workspace(request)
    read = partial(selectors.workspace_breakdown, workspace_id=workspace.pk)
    return _page(request, name, read, title=workspace.name, back=reverse("analytics:dashboard"))


def _page(request: HttpRequest, name: str, read: Callable[..., Breakdown], *, title: str, back: str) -> HttpResponse:
    if (dimension := DIMENSIONS.get(name)) is None:
        raise Http404
    now = timezone.now()
    chosen = choice_of(request, now=now)
    found: Breakdown | None = None
    try:
        found = read(period=chosen.period(now=now, tz=viewer_zone(request)), name=name, include_bots=chosen.include_bots)
    except AnalyticsUnavailable:
        if request.GET.get("as") == "csv":
            return HttpResponse(status=_SERVICE_UNAVAILABLE, headers={"Retry-After": "5"})
    if found is not None and request.GET.get("as") == "csv":
        return _csv(found, dimension, f"{name}-{chosen.name}.csv")
    context: dict[str, Any] = {"chosen": chosen, "ranges": RANGES, "dimension": dimension, "dimensions": DIMENSIONS.values()}
    context |= {"title": title, "back": back, "unavailable": found is None}
    if found is not None:
        context |= {"card": card(name, found.shares), "total": found.total}
    return render(request, "analytics/dimension.html", context)


def _csv(found: Breakdown, dimension: Dimension, filename: str) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{filename}"', "Cache-Control": "private, no-store"}
    response = HttpResponse(content_type="text/csv; charset=utf-8", headers=headers)
    rows = csv.writer(response)
    rows.writerow([dimension.name, "label", "clicks"])
    for share in found.shares:
        if not share.is_other:
            rows.writerow([cell(share.label), cell(dimension.write(share.label)), share.count])
    return response
