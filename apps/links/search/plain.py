"""Searching in PostgreSQL as the links list does: each word somewhere in a link, as it is written."""

from collections.abc import Sequence

from django.db.models import BooleanField, Case, Q, QuerySet, Value, When

from apps.links.listing import in_state, tagged
from apps.links.models import Link
from apps.links.search.highlighting import highlights
from apps.links.search.places import place_in
from apps.links.search.query import SearchQuery, Sort
from apps.links.search.results import MAX_TOTAL, Hit, SearchResult, ServedBy
from apps.links.search.words import words

_FIELDS = ("code", "destination_url", "title", "description", "tags__name", "aliases__code")


class PlainSearch:
    """Forgives no typing errors and tells no facets; for as long as nothing better answers."""

    name = ServedBy.POSTGRESQL

    def search(self, query: SearchQuery, /) -> SearchResult:
        """See SearchEngine."""
        wanted = words(query.text)
        links = _matching(_filtered(query), query, wanted)
        total = links.order_by()[: MAX_TOTAL + 1].count()
        page = [] if query.is_too_deep else _ordered(links, query)[query.first : query.first + query.size].prefetch_related("tags")
        return SearchResult(
            hits=[_hit(link, wanted) for link in page],
            total=min(total, MAX_TOTAL),
            is_total_exact=total <= MAX_TOTAL,
            served_by=self.name,
        )


def _filtered(query: SearchQuery) -> QuerySet[Link]:
    links = in_state(Link.objects.filter(workspace__in=query.workspace_ids), query.state or "")
    for tag in query.tags:
        links = tagged(links, tag, workspaces=query.workspace_ids)
    conditions = {
        "owner": query.owner_id,
        "domain__hostname": query.hostname or None,
        "created_at__gte": query.created_from,
        "created_at__lt": query.created_before,
    }
    return links.filter(**{name: value for name, value in conditions.items() if value is not None})


def _matching(links: QuerySet[Link], query: SearchQuery, wanted: Sequence[str]) -> QuerySet[Link]:
    if not query.text:
        return links
    found = Q(pk__in=[]) if not wanted else Q()
    for word in wanted:
        ids = Link.objects.filter(workspace__in=query.workspace_ids)
        anywhere = Q()
        for field in _FIELDS:
            anywhere |= Q(**{f"{field}__icontains": word})
        found &= Q(pk__in=ids.filter(anywhere).values("pk"))
    if place := place_in(query.text):
        found |= Q(domain__hostname=place.hostname, code=place.code)
    return links.filter(found)


def _ordered(links: QuerySet[Link], query: SearchQuery) -> QuerySet[Link]:
    if query.sort is Sort.OLDEST:
        return links.order_by("created_at", "pk")
    if query.sort is Sort.RELEVANCE and query.text:
        is_exact = Case(When(code__iexact=query.text, then=Value(value=True)), default=Value(value=False), output_field=BooleanField())
        return links.order_by(is_exact.desc(), "-created_at", "-pk")
    return links.order_by("-created_at", "-pk")


def _hit(link: Link, wanted: Sequence[str]) -> Hit:
    shown = highlights(
        wanted,
        code=link.code,
        destination_url=link.destination_url,
        title=link.title,
        description=link.description,
        tags=[tag.name for tag in link.tags.all()],
    )
    return Hit(link_id=link.pk, highlights=shown)
