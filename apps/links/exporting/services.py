"""The links of a workspace as a file."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

from django.db.models import QuerySet, Value
from django.db.models.functions import Lower

from apps.accounts import policy
from apps.accounts.audit.actions import AuditAction
from apps.accounts.audit.recording import record
from apps.accounts.models import Workspace
from apps.accounts.policy import Action, Actor
from apps.links.exporting.formats import ExportFormat, written
from apps.links.exporting.records import record_of
from apps.links.listed.selectors import ListFilter
from apps.links.listing import in_state
from apps.links.models import Link
from apps.links.search.query import MAX_DEPTH, MAX_SIZE
from apps.links.search.selectors import SearchFilters, find_links

# Links that are in memory at the same time.
_AT_ONCE: Final = 500
EVERYTHING: Final = ListFilter()


def export_links(
    *,
    actor: Actor,
    workspace: Workspace,
    format_: ExportFormat,
    wanted: ListFilter = EVERYTHING,
    search: str = "",
    search_filters: SearchFilters | None = None,
    with_hashes: bool = False,
    now: datetime,
) -> Iterator[bytes]:
    """The links of `workspace` that `wanted` lets through, oldest first; with `search` those that are found, the best first, at
    most as many as a search goes deep. In pieces, whose memory does not grow with their number.

    The hashes of passwords are for operators alone: what is tried at leisure gives a short password away. Raises NotFound or
    PermissionDenied, and SearchUnavailable when no engine answers.
    """
    policy.require_in_workspace(actor, Action.LINKS_EXPORT, workspace)
    after = {"format": str(format_), "tag": wanted.tag, "domain": wanted.domain, "state": wanted.state, "search": search}
    record(action=AuditAction.LINKS_EXPORTED, actor=actor, target=workspace, after={name: value for name, value in after.items() if value})
    blocks = _found(actor, workspace, search, search_filters, now) if search else _listed(workspace, wanted)
    return written(format_, ([record_of(link, with_hash=with_hashes) for link in block] for block in blocks), with_hash=with_hashes)


def _listed(workspace: Workspace, wanted: ListFilter) -> Iterator[Sequence[Link]]:
    """A block begins behind the last one, so links that are made or removed meanwhile are neither twice nor left out."""
    links = in_state(Link.objects.filter(workspace=workspace), wanted.state)
    if wanted.domain:
        links = links.filter(domain__hostname=wanted.domain.lower())
    if wanted.tag:
        links = links.annotate(tag_folded=Lower("tags__name")).filter(tag_folded=Lower(Value(wanted.tag)))
    last = 0
    while block := list(_ready(links.filter(pk__gt=last).order_by("pk"))[:_AT_ONCE]):
        yield block
        last = block[-1].pk


def _found(actor: Actor, workspace: Workspace, text: str, filters: SearchFilters | None, now: datetime) -> Iterator[Sequence[Link]]:
    for page in range(1, MAX_DEPTH // MAX_SIZE + 1):
        found = find_links(actor=actor, text=text, now=now, workspace=workspace, filters=filters, page=page, size=MAX_SIZE)
        if not found.result.hits:
            return
        ids = [one.link.pk for one in found.links]
        links = _ready(Link.objects.filter(pk__in=ids)).in_bulk()
        yield [links[pk] for pk in ids if pk in links]


def _ready(links: QuerySet[Link]) -> QuerySet[Link]:
    return links.select_related("domain").prefetch_related("tags", "rules", "aliases")
