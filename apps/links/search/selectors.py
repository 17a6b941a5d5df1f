"""Finding links on behalf of somebody: what the pages and the back office ask."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from apps.accounts import policy
from apps.accounts.models import Workspace
from apps.accounts.policy import Action, Actor, BackOffice
from apps.links.models import Domain, Link, LinkState
from apps.links.search import choice
from apps.links.search.highlighting import highlights
from apps.links.search.query import EVERYWHERE, Everywhere, SearchQuery, Sort
from apps.links.search.results import Field, SearchResult, Segment
from apps.links.search.words import words


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchFilters:
    """What links must be besides having the words, and the viewer's time zone, in which months begin; see SearchQuery."""

    tag: str = ""
    hostname: str = ""
    state: LinkState | None = None
    created_from: datetime | None = None
    created_before: datetime | None = None
    timezone: str = "UTC"


@dataclass(frozen=True, slots=True)
class FoundLink:
    """A link as it is now, with the fields in which the words are; `tags` has each of its tags in pieces."""

    link: Link
    marked: Mapping[Field, tuple[Segment, ...]] = field(default_factory=dict)
    tags: Sequence[tuple[Segment, ...]] = ()


@dataclass(frozen=True, slots=True)
class FoundLinks:
    links: Sequence[FoundLink]
    result: SearchResult


@dataclass(frozen=True, slots=True)
class _Place:
    """Where links are looked for: in workspaces, and at a host if there is one; `domain_id` when the actor is bound to that."""

    homes: tuple[int, ...] | Everywhere
    hostname: str = ""
    domain_id: int | None = None


def find_links(
    *,
    actor: Actor,
    text: str,
    now: datetime,
    workspace: Workspace | None = None,
    filters: SearchFilters | None = None,
    sort: Sort = Sort.RELEVANCE,
    page: int = 1,
    size: int = 20,
) -> FoundLinks:
    """Links of `workspace`, or of all workspaces of `actor`, that have the words of `text`.

    A link that has gone, or has left the workspaces, since the engine was told of it is left out. Raises NotFound
    when `workspace` is not the actor's, and SearchUnavailable when no engine answers.
    """
    wanted = filters or SearchFilters()
    place = _place(actor, workspace, wanted.hostname)
    query = SearchQuery(
        text=text,
        workspace_ids=place.homes,
        now=now,
        tags=(wanted.tag,) if wanted.tag else (),
        hostname=place.hostname,
        state=wanted.state,
        created_from=wanted.created_from,
        created_before=wanted.created_before,
        timezone=wanted.timezone,
        sort=sort,
        page=page,
        size=size,
    )
    result = choice.search(query)
    return FoundLinks(_rows(result, place, words(query.text)), result)


def find_ids(*, actor: Actor, text: str, now: datetime, size: int) -> Sequence[int]:
    """The links (ids) that have the words of `text`, the best first, and behind them the deleted ones; at most `size` of each.

    Raises SearchUnavailable when no engine answers.
    """
    place = _place(actor, None)
    query = SearchQuery(text=text, workspace_ids=place.homes, hostname=place.hostname, now=now, size=size, with_facets=False)
    both = (query, replace(query, state=LinkState.DELETED))
    return [hit.link_id for asked in both for hit in choice.search(asked).hits]


def _place(actor: Actor, workspace: Workspace | None, hostname: str = "") -> _Place:
    """Where `actor` may find links, on `hostname` if one is asked for. Raises NotFound when `workspace` is not the actor's."""
    homes, bound = _homes(actor, workspace), policy.bound_domain(actor)
    if bound is None:
        return _Place(homes, hostname)
    own = Domain.objects.filter(pk=bound).values_list("hostname", flat=True).first()
    return _Place(homes, own, bound) if own and hostname.lower() in ("", own) else _Place(())


def _homes(actor: Actor, workspace: Workspace | None) -> tuple[int, ...] | Everywhere:
    if workspace is not None:
        policy.require_in_workspace(actor, Action.LINK_VIEW, workspace)
        return (workspace.pk,)
    visible = policy.visible_workspaces(actor, Action.LINK_VIEW)
    # Whoever may see links in the back office sees those of all workspaces, which are too many to be named.
    if isinstance(actor, BackOffice) and visible.exists():
        return EVERYWHERE
    return tuple(visible.values_list("pk", flat=True))


def _rows(result: SearchResult, place: _Place, wanted: Sequence[str]) -> Sequence[FoundLink]:
    links = Link.objects.for_rows().filter(pk__in=[hit.link_id for hit in result.hits])
    if not isinstance(place.homes, Everywhere):
        links = links.filter(workspace__in=place.homes)
    if place.domain_id is not None:
        links = links.filter(domain=place.domain_id)
    by_id = {link.pk: link for link in links}
    return [
        FoundLink(by_id[hit.link_id], hit.highlights, _marked_tags(by_id[hit.link_id], wanted))
        for hit in result.hits
        if hit.link_id in by_id
    ]


def _marked_tags(link: Link, wanted: Sequence[str]) -> Sequence[tuple[Segment, ...]]:
    names = sorted(tag.name for tag in link.tags.all())
    return [_marked_tag(name, wanted) for name in names]


def _marked_tag(name: str, wanted: Sequence[str]) -> tuple[Segment, ...]:
    found = highlights(wanted, code="", destination_url="", title="", description="", tags=[name])
    return found.get(Field.TAGS, (Segment(name),))
