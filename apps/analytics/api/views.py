"""Numbers by REST: what the pages show, for the same people."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.api.actors import actor_of
from apps.accounts.policy import Action
from apps.analytics import selectors
from apps.analytics.api.asking import Asked, PeriodSerializer, TrendingSerializer, WorkspacePeriodSerializer, read
from apps.analytics.dimensions import DIMENSIONS, Dimension
from apps.analytics.reports import Breakdown, LinkReport, Share, WorkspaceReport
from apps.analytics.trending.models import TrendingLink
from apps.analytics.trending.selectors import trending_now
from apps.common.errors import NotFound
from apps.links import selectors as links
from apps.links.api.views import workspace_of

_TRENDING = 20


class LinkView(APIView):
    def get(self, request: Request, hostname: str, code: str) -> Response:
        """Totals and course of a link's clicks beside the period before, and the most frequent values of each property."""
        link = links.get_link(actor=actor_of(request), hostname=hostname, code=code, action=Action.ANALYTICS_VIEW)
        asked = read(PeriodSerializer, request.query_params.dict(), now=timezone.now())
        report = selectors.link_report(link_id=link.pk, period=asked.period, include_bots=asked.include_bots)
        return Response({"short_url": links.short_url(link), **_report(report, asked)})


class LinkDimensionView(APIView):
    def get(self, request: Request, hostname: str, code: str, name: str) -> Response:
        """All values of one property of a link's clicks."""
        link = links.get_link(actor=actor_of(request), hostname=hostname, code=code, action=Action.ANALYTICS_VIEW)
        dimension = _dimension(name)
        asked = read(PeriodSerializer, request.query_params.dict(), now=timezone.now())
        found = selectors.link_breakdown(link_id=link.pk, period=asked.period, name=name, include_bots=asked.include_bots)
        return Response(_breakdown(found, dimension, asked))


class WorkspaceView(APIView):
    def get(self, request: Request) -> Response:
        """The same for all links of a workspace, with those that were followed most."""
        asked = read(WorkspacePeriodSerializer, request.query_params.dict(), now=timezone.now())
        actor = actor_of(request)
        workspace = workspace_of(actor, asked.workspace, Action.ANALYTICS_VIEW)
        report = selectors.workspace_report(workspace_id=workspace.pk, period=asked.period, include_bots=asked.include_bots)
        ids = [top.link_id for top in report.top_links]
        by_id = {link.pk: link for link in links.list_links(actor=actor, workspace=workspace).filter(pk__in=ids)}
        top_links = [
            {"short_url": links.short_url(by_id[top.link_id]), "clicks": top.clicks, "visitors": top.visitors}
            for top in report.top_links
            if top.link_id in by_id
        ]
        return Response({**_report(report, asked), "top_links": top_links})


class WorkspaceDimensionView(APIView):
    def get(self, request: Request, name: str) -> Response:
        """All values of one property of the clicks of a workspace."""
        dimension = _dimension(name)
        asked = read(WorkspacePeriodSerializer, request.query_params.dict(), now=timezone.now())
        workspace = workspace_of(actor_of(request), asked.workspace, Action.ANALYTICS_VIEW)
        found = selectors.workspace_breakdown(workspace_id=workspace.pk, period=asked.period, name=name, include_bots=asked.include_bots)
        return Response(_breakdown(found, dimension, asked))


class TrendingView(APIView):
    def get(self, request: Request) -> Response:
        """Links of a workspace, or of all of one's own, that are followed much more than usual just now, the most followed first."""
        asked = TrendingSerializer(data=request.query_params.dict())
        asked.is_valid(raise_exception=True)
        actor = actor_of(request)
        named = asked.validated_data["workspace"]
        workspace = workspace_of(actor, named, Action.ANALYTICS_VIEW) if named else None
        rows = trending_now(actor=actor, workspace=workspace, limit=_TRENDING)
        return Response({"results": [_trend(row) for row in rows]})


def _trend(row: TrendingLink) -> dict[str, Any]:
    return {
        "short_url": links.short_url(row.link),
        "clicks": row.clicks,
        "usual_clicks": row.usual_clicks,
        "window_seconds": settings.TRENDING_WINDOW_SECONDS,
        "since": row.started_at,
    }


def _dimension(name: str) -> Dimension:
    if name not in DIMENSIONS:
        raise NotFound(_("There is no such property. There are: %(names)s.") % {"names": ", ".join(DIMENSIONS)})
    return DIMENSIONS[name]


def _report(report: LinkReport | WorkspaceReport, asked: Asked) -> dict[str, Any]:
    return {
        **_period(asked),
        "totals": asdict(report.totals),
        "previous": asdict(report.previous),
        "series": [asdict(point) for point in report.series],
        "previous_series": [asdict(point) for point in report.previous_series],
        "shares": {name: _shares(shares) for name, shares in report.shares.items()},
        # Seven rows from Monday on, 24 hours each.
        "heat_map": report.heat_map.clicks,
    }


def _breakdown(found: Breakdown, dimension: Dimension, asked: Asked) -> dict[str, Any]:
    return {**_period(asked), "dimension": dimension.name, "total": found.total, "results": _shares(found.shares)}


def _period(asked: Asked) -> dict[str, Any]:
    period = asked.period
    # `end` is not included.
    return {"start": period.start, "end": period.end, "by": period.bucket, "timezone": str(period.tz), "bots": asked.include_bots}


def _shares(shares: Sequence[Share]) -> list[dict[str, Any]]:
    return [{"value": share.label, "clicks": share.count, "fraction": share.fraction, "is_other": share.is_other} for share in shares]
