"""Pages of the links list, limited to what the actor may see."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Value
from django.db.models.functions import Lower

from apps.accounts import policy
from apps.accounts.models import Workspace
from apps.accounts.policy import Action, Actor
from apps.links.listed import finding
from apps.links.listed.cursors import Cursor
from apps.links.listed.finding import MAX_COUNT, Listing
from apps.links.listed.models import NO_TAG
from apps.links.listed.states import numbers_of
from apps.links.models import Domain, Link, Tag
from apps.links.texts import is_storable

PAGE_SIZE = 20


@dataclass(frozen=True, slots=True)
class ListFilter:
    """What narrows a list down: a tag by its whole name in any case, a domain by its host, a LinkState; "" for any.
    Without a state all but deleted links are meant."""

    tag: str = ""
    domain: str = ""
    state: str = ""


@dataclass(frozen=True, slots=True)
class Seek:
    """From where a page is read: behind the cursor, or backwards from before it; without one from the first link, or the last."""

    cursor: Cursor | None = None
    backwards: bool = False


START = Seek()
END = Seek(backwards=True)


@dataclass(frozen=True, slots=True)
class ListedPage:
    """Links in the order of their list. `previous` and `following` are where the pages beside it are, None where there is
    none. `count` is the number of links on all pages; MAX_COUNT + 1 stands for all numbers above."""

    links: Sequence[Link]
    previous: Seek | None
    following: Seek | None
    count: int

    @property
    def is_counted(self) -> bool:
        """Whether `count` is exact."""
        return self.count <= MAX_COUNT


_NOTHING = ListedPage(links=(), previous=None, following=None, count=0)


def list_page(
    *,
    actor: Actor,
    workspace: Workspace,
    wanted: ListFilter,
    sort: str = "-created_at",
    seek: Seek = START,
    size: int = PAGE_SIZE,
) -> ListedPage:
    """`size` links of `workspace` that `wanted` lets through, in the order `sort` (one of SORTS), ready for rows.

    While links are made or removed, pages go on where the last one ended: no link is shown twice or left out. States follow
    the clock within a minute, as does the order by clicks, which goes by their first three digits. Raises NotFound when `workspace`
    is not the actor's.
    """
    policy.require_in_workspace(actor, Action.LINK_VIEW, workspace)
    listing = _listing(workspace, wanted, bound=policy.bound_domain(actor))
    if listing is None:
        return _NOTHING
    with finding.in_order_of_indexes():
        count = finding.count(listing)
        shown, is_more, seek = _found(listing, sort=sort, seek=seek, size=size, count=count)
    if not shown:
        return _NOTHING
    has_previous = is_more if seek.backwards else seek.cursor is not None
    has_following = seek.cursor is not None if seek.backwards else is_more
    return ListedPage(
        links=_links(workspace, shown),
        previous=Seek(shown[0], backwards=True) if has_previous else None,
        following=Seek(shown[-1]) if has_following else None,
        count=count,
    )


def _found(listing: Listing, *, sort: str, seek: Seek, size: int, count: int) -> tuple[list[Cursor], bool, Seek]:
    """The links of a page, whether there are more in its direction, and from where they were read in the end: no page is
    empty, and the first one not short, because links in front of it or behind it have gone."""
    if seek == END:
        return _last(listing, sort=sort, size=size, count=count)
    found = finding.find(listing, sort=sort, cursor=seek.cursor, backwards=seek.backwards, limit=size + 1)
    if seek.backwards and len(found) <= size:
        seek, found = START, finding.find(listing, sort=sort, limit=size + 1)
    if not found and seek != START:
        return _last(listing, sort=sort, size=size, count=count)
    return found[-size:] if seek.backwards else found[:size], len(found) > size, seek


def _last(listing: Listing, *, sort: str, size: int, count: int) -> tuple[list[Cursor], bool, Seek]:
    """The last page, which holds what the full ones leave over if that is known."""
    size = (count % size or size) if count <= MAX_COUNT else size
    found = finding.find(listing, sort=sort, backwards=True, limit=size + 1)
    return found[-size:], len(found) > size, END


def _listing(workspace: Workspace, wanted: ListFilter, *, bound: int | None) -> Listing | None:
    """None when there is no such tag or domain, so no link either. `bound` is the only domain whose links may be known of."""
    tag_id, domain_id = NO_TAG, bound
    if not (is_storable(wanted.tag) and is_storable(wanted.domain)):
        return None
    if wanted.tag:
        named = Tag.objects.annotate(folded=Lower("name")).filter(workspace=workspace, folded=Lower(Value(wanted.tag)))
        tag_id = named.values_list("pk", flat=True).first() or 0
        if not tag_id:
            return None
    if wanted.domain:
        domain_id = Domain.objects.filter(hostname=wanted.domain.lower()).values_list("pk", flat=True).first()
        if domain_id is None or bound not in (None, domain_id):
            return None
    return Listing(workspace_id=workspace.pk, states=numbers_of(wanted.state), tag_id=tag_id, domain_id=domain_id)


def _links(workspace: Workspace, found: Sequence[Cursor]) -> list[Link]:
    """Those that are still there, in the order found."""
    ids = [cursor.link_id for cursor in found]
    links = Link.objects.filter(workspace=workspace, pk__in=ids).for_rows().in_bulk()
    return [links[link_id] for link_id in ids if link_id in links]
