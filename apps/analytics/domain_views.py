"""The page of one domain: whose it is, and the visitors that no link of it sends on."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from apps.accounts.policy import Action
from apps.accounts.workspaces.current import current_workspace
from apps.analytics.errors import AnalyticsUnavailable
from apps.analytics.orphan_report import LostPath, orphan_report
from apps.common.access import logged_in_only
from apps.links import domains, selectors
from apps.links.codes import is_code
from apps.links.domain_checks import is_record_lost
from apps.links.reserved import is_reserved


@logged_in_only
@require_safe
def domain_page(request: HttpRequest, hostname: str) -> HttpResponse:
    workspace, now = current_workspace(request), timezone.now()
    domain = selectors.get_domain(actor=request.user, workspace=workspace, hostname=hostname, action=Action.DOMAIN_MANAGE)
    numbers: dict[str, Any]
    try:
        report = orphan_report(workspace_id=workspace.pk, hostname=domain.hostname, now=now)
    except AnalyticsUnavailable:
        numbers = {"unavailable": True}
    else:
        numbers = {"report": report, "paths": [(path, _can_be_made(path)) for path in report.paths]}
    context = {"domain": domain, "record": domains.txt_record(domain), "is_record_lost": is_record_lost(domain, now=now), **numbers}
    return render(request, "analytics/domain.html", context)


def _can_be_made(path: LostPath) -> bool:
    """Whether the path could be a link's."""
    return is_code(path.code) and not is_reserved(path.code)
