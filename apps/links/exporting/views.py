"""Taking the links of a workspace away."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from apps.accounts import policy
from apps.accounts.policy import Action
from apps.accounts.workspaces.current import current_workspace
from apps.common.access import logged_in_only
from apps.common.streams import streamed
from apps.links.exporting.formats import ExportFormat
from apps.links.exporting.services import export_links
from apps.links.listed.addresses import read_query
from apps.links.search.addresses import read_search
from apps.links.search.engine import SearchUnavailable


@logged_in_only
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Says what is going to be in the file: all links, or those that the list had shown."""
    policy.require_in_workspace(request.user, Action.LINKS_EXPORT, current_workspace(request))
    query, search = read_query(request.GET), request.GET.get("search", "").strip()
    context = {"query": query, "search": search, "address": read_search(request.GET).address() if search else query.address()}
    return render(request, "links/export.html", context)


@logged_in_only
@require_safe
def download(request: HttpRequest, format_: ExportFormat) -> HttpResponse:
    workspace = current_workspace(request)
    policy.require_in_workspace(request.user, Action.LINKS_EXPORT, workspace)
    headers = {"Content-Disposition": f'attachment; filename="links.{format_}"', "Cache-Control": "private, no-store"}
    if request.method == "HEAD":
        return HttpResponse(content_type=format_.content_type, headers=headers)
    asked, search = read_search(request.GET), request.GET.get("search", "").strip()
    try:
        pieces = export_links(
            actor=request.user,
            workspace=workspace,
            format_=format_,
            wanted=read_query(request.GET).wanted,
            search=search,
            search_filters=asked.filters(timezone.get_current_timezone()) if search else None,
            now=timezone.now(),
        )
    except SearchUnavailable:
        messages.error(request, _("Nothing can be searched just now. Try again in a minute."))
        return redirect("links:list")
    return streamed(request, pieces, content_type=format_.content_type, headers=headers)  # type: ignore[return-value] # a stream
