"""The links list while something is looked for in it."""

from typing import Any, Final

import structlog
from django.http import HttpRequest
from django.utils import timezone

from apps.accounts.models import Workspace
from apps.links.search.addresses import SearchAddress, read_search
from apps.links.search.engine import SearchUnavailable
from apps.links.search.pages import FoundPage, page_of_found
from apps.links.search.selectors import find_links

log = structlog.get_logger(__name__)

_PAGE_SIZE: Final = 20


def is_search(request: HttpRequest) -> bool:
    return bool(request.GET.get("search", "").strip())


def search_context(request: HttpRequest, workspace: Workspace) -> dict[str, Any]:
    """What the list's page shows of a search in `workspace`; `page` is None when no engine answers in time."""
    asked = read_search(request.GET)
    return {"query": asked, "page": _page(request, asked, workspace), "rows_template": "links/_found.html"}


def _page(request: HttpRequest, asked: SearchAddress, workspace: Workspace) -> FoundPage | None:
    now, zone = timezone.now(), timezone.get_current_timezone()
    try:
        found = find_links(
            actor=request.user,
            text=asked.search,
            now=now,
            workspace=workspace,
            filters=asked.filters(zone),
            sort=asked.order,
            page=asked.page,
            size=_PAGE_SIZE,
        )
    except SearchUnavailable as error:
        log.warning("search_unavailable", reason=str(error))
        return None
    return page_of_found(found, asked=asked, size=_PAGE_SIZE, now=now)
