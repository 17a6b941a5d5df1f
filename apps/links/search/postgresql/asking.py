"""From a search to what PostgreSQL is asked. Users' words are only ever quoted lexemes, never syntax."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from apps.links.models import LinkState
from apps.links.search.places import Place, place_in
from apps.links.search.postgresql import lexemes
from apps.links.search.postgresql.lexemes import all_of, any_of, cut, quoted
from apps.links.search.query import Everywhere, SearchQuery
from apps.links.search.words import words

# Mirrors Link.state_at; needs the link as `link`.
STATE: Final = """
CASE WHEN link.deleted_at IS NOT NULL THEN 'deleted' WHEN link.banned_at IS NOT NULL THEN 'banned'
    WHEN NOT link.is_active THEN 'disabled' WHEN link.expires_at <= %(now)s THEN 'expired'
    WHEN link.valid_from > %(now)s THEN 'scheduled' WHEN link.redirects_used >= link.max_clicks THEN 'used_up'
    ELSE 'active' END
"""
# Lexemes without which no link is in a state.
_SIGNS: Final[Mapping[LinkState, str]] = {
    LinkState.BANNED: lexemes.BANNED,
    LinkState.DISABLED: lexemes.DISABLED,
    LinkState.EXPIRED: lexemes.EXPIRES,
    LinkState.SCHEDULED: lexemes.STARTS,
    LinkState.USED_UP: lexemes.LIMITED,
}


@dataclass(frozen=True, slots=True)
class Asked:
    """A search as conditions of tsqueries. `meanings` has the words for which each may be misspelled."""

    query: SearchQuery
    words: Sequence[str]
    meanings: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, query: SearchQuery) -> "Asked":
        return cls(query, [cut(word) for word in words(query.text)])

    @property
    def place(self) -> Place | None:
        """Where the link would be whose short URL was typed."""
        return place_in(self.query.text)

    @property
    def code(self) -> str:
        """The code, or its beginning, that was typed; "" when what was typed can be none."""
        return "" if " " in self.query.text else cut(self.query.text)

    @property
    def workspaces(self) -> Sequence[int] | None:
        """Ids; None for all workspaces."""
        return None if isinstance(self.query.workspace_ids, Everywhere) else self.query.workspace_ids

    @property
    def filters(self) -> str:
        """What a link must be; "" for nothing in particular."""
        return all_of([self.homes, *map(quoted, self.qualities)])

    @property
    def homes(self) -> str:
        """One of the workspaces; "" for all."""
        if self.workspaces is None:
            return ""
        return any_of(quoted(lexemes.of_workspace(number, is_deleted=self.wants_deleted)) for number in self.workspaces)

    @property
    def qualities(self) -> Sequence[str]:
        """Lexemes that a link must have, whatever its text."""
        query = self.query
        found = [lexemes.of_tag(tag) for tag in query.tags]
        if query.owner_id is not None:
            found.append(lexemes.of_owner(query.owner_id))
        if query.hostname:
            found.append(lexemes.of_domain(query.hostname))
        if query.state is not None and (sign := _SIGNS.get(query.state)):
            found.append(sign)
        return found

    @property
    def wants_deleted(self) -> bool:
        return self.query.state is LinkState.DELETED

    @property
    def matching(self) -> str:
        """What of its text a link must have; "" for nothing in particular, as when nothing was typed."""
        return any_of([self.all_words, self.code_beginning]) if self.query.text else ""

    @property
    def all_words(self) -> str:
        return all_of(map(self.any_way, self.words))

    @property
    def code_beginning(self) -> str:
        """The code that was typed or longer ones, "" when what was typed can be none."""
        return f"{quoted(lexemes.of_code(self.code))}:*" if self.code else ""

    def any_way(self, word: str) -> str:
        """`word`, longer ones, or what it may be misspelled for."""
        return any_of([f"{quoted(word)}:*", *map(quoted, self.meanings.get(word, ()))])

    @property
    def exact(self) -> str:
        """Links that are looked for themselves, by their code or whole title."""
        ways = [quoted(lexemes.of_title(self.query.text))]
        if self.code:
            ways.append(quoted(lexemes.of_code(self.code)))
        return any_of(ways)
