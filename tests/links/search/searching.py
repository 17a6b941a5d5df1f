"""Links to be found, and the engines that find them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from apps.accounts.models import Workspace
from apps.links.models import Alias, Domain, Link, LinkState, LinkTag, Tag
from apps.links.search.engine import SearchEngine
from apps.links.search.query import SearchQuery
from apps.links.search.results import FacetCount, Field, Hit, SearchResult

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@dataclass
class Searching:
    """An engine, and links that it can find: those of one workspace unless another is named."""

    engine: SearchEngine
    workspace: Workspace
    domain: Domain
    # Makes the engine know of links as they are now.
    tell: Callable[[Sequence[int]], object]
    made: list[Link] = field(default_factory=list)
    told: int = 0

    def link(self, code: str, *, tags: Sequence[str] = (), aliases: Sequence[str] = (), **fields: Any) -> Link:
        """A stored link, each an hour older than the one before."""
        values: dict[str, Any] = {
            "destination_url": "https://site.example/",
            "workspace": self.workspace,
            "domain": self.domain,
            "created_at": NOW - timedelta(hours=len(self.made)),
            # As a renamed link has it.
            "version": 2 if aliases else 1,
        }
        link = Link.objects.create(code=code, **(values | fields))
        for name in tags:
            tag, _ = Tag.objects.get_or_create(workspace=link.workspace, name=name)
            LinkTag.objects.create(link=link, tag=tag)
        for alias in aliases:
            Alias.objects.create(domain=link.domain, code=alias, link=link)
        self.made.append(link)
        return link

    def ask(self, text: str = "", **query: Any) -> SearchResult:
        """What the engine finds once it knows of all links that were made; of later changes `tell` it."""
        if self.told < len(self.made):
            self.tell([link.pk for link in self.made])
            self.told = len(self.made)
        asked: dict[str, Any] = {"workspace_ids": (self.workspace.pk,), "now": NOW} | query
        return self.engine.search(SearchQuery(text=text, **asked))

    def codes(self, text: str = "", **query: Any) -> list[str]:
        """Codes of what is found, in their order."""
        found = self.ask(text, **query)
        by_id = {link.pk: link.code for link in Link.objects.filter(pk__in=[hit.link_id for hit in found.hits])}
        return [by_id[hit.link_id] for hit in found.hits]


def marked(hit: Hit) -> dict[Field, str]:
    """Highlights with their matches in brackets."""
    return {
        name: "".join(f"[{segment.text}]" if segment.is_match else segment.text for segment in segments)
        for name, segments in hit.highlights.items()
    }


def counted(counts: Sequence[FacetCount]) -> dict[str, int]:
    return {count.value: count.count for count in counts}


IN_EACH_STATE: dict[LinkState, dict[str, Any]] = {
    LinkState.ACTIVE: {},
    LinkState.DISABLED: {"is_active": False},
    LinkState.BANNED: {"banned_at": NOW},
    LinkState.EXPIRED: {"expires_at": NOW},
    LinkState.SCHEDULED: {"valid_from": NOW + timedelta(seconds=1)},
    LinkState.USED_UP: {"max_clicks": 5, "redirects_used": 5},
    LinkState.DELETED: {"deleted_at": NOW},
}
