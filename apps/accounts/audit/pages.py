"""What the pages of the audit log have in common, on the site and in the back office."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from apps.accounts.audit import files, selectors, texts
from apps.accounts.audit.filters import AuditFilter
from apps.accounts.audit.selectors import Rows
from apps.accounts.audit.words import choices
from apps.accounts.models import User
from apps.common.streams import streamed
from apps.common.timezones import viewer_zone


def context_of(request: HttpRequest, rows: Rows, *, reader: User | None) -> dict[str, Any]:
    """For the templates: the page that the query asks for; `reader` as in texts.shown."""
    asked, after = AuditFilter.read(request.GET), request.GET.get("after", "")
    page = selectors.page(rows, asked, tz=viewer_zone(request), after=after)
    return {
        "asked": asked,
        "page": page,
        "rows": texts.shown(page.rows, reader=reader),
        "is_later": bool(after),
        "choices": choices(),
    }


def file_of(request: HttpRequest, rows: Rows, asked: AuditFilter, *, reader: User | None) -> HttpResponse:
    """A CSV file of all that is asked for, written while it is sent."""
    name = f"audit-log-{timezone.localdate():%Y-%m-%d}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    kind = "text/csv; charset=utf-8"
    if request.method == "HEAD":
        return HttpResponse(content_type=kind, headers=headers)
    found = (texts.shown(block, reader=reader) for block in selectors.blocks(rows, asked, tz=viewer_zone(request)))
    return streamed(request, files.write(found), content_type=kind, headers=headers)  # type: ignore[return-value] # guards of pages know no streams
