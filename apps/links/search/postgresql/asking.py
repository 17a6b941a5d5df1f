"""From a search to what PostgreSQL is asked. Users' words are only ever quoted lexemes, never syntax."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from apps.links.models import LinkState
from apps.links.search.places import Place, place_in
from apps.links.search.postgresql import lexemes
from apps.links.search.postgresql.lexemes import all_of, any_of, cut, quoted
from apps.links.search.query import SearchQuery
from apps.links.search.words import words

# Beginnings that are shorter are in so many links that an index only takes time.
_MIN_PREFIX: Final = 3
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
    def filters(self) -> str:
        """What a link must be."""
        query = self.query
        homes = [quoted(lexemes.of_workspace(number, is_deleted=self.wants_deleted)) for number in query.workspace_ids]
        conditions = [any_of(homes), *(quoted(lexemes.of_tag(tag)) for tag in query.tags)]
        if query.owner_id is not None:
            conditions.append(quoted(lexemes.of_owner(query.owner_id)))
        if query.hostname:
            conditions.append(quoted(lexemes.of_domain(query.hostname)))
        if query.state is not None and (sign := _SIGNS.get(query.state)):
            conditions.append(quoted(sign))
        return all_of(conditions)

    @property
    def wants_deleted(self) -> bool:
        return self.query.state is LinkState.DELETED

    @property
    def matching(self) -> str:
        """What of its text a link must have; "" for nothing in particular, as when nothing was typed."""
        return any_of(filter(None, [self.all_words, self._code(is_whole=False)])) if self.query.text else ""

    @property
    def all_words(self) -> str:
        return all_of(map(self._any_way, self.words)) if self.words else ""

    @property
    def indexed(self) -> str:
        """As much of `matching` as the index is good for; "" for nothing.

        A beginning of a letter or two is in so many links that the index would take longer than the table:
        it is left to the other words, and where there are none, such words are looked for whole.
        """
        long = [word for word in self.words if len(word) >= _MIN_PREFIX]
        by_words = all_of(map(self._any_way, long) if long else map(quoted, self.words)) if self.words else ""
        return any_of(filter(None, [by_words, self._code(is_whole=len(self.code) < _MIN_PREFIX)])) if self.query.text else ""

    def _code(self, *, is_whole: bool) -> str:
        if not self.code:
            return ""
        lexeme = quoted(lexemes.of_code(self.code))
        return lexeme if is_whole else f"{lexeme}:*"

    def _any_way(self, word: str) -> str:
        return any_of([f"{quoted(word)}:*", *map(quoted, self.meanings.get(word, ()))])

    @property
    def exact(self) -> str:
        """Links that are looked for themselves, by their code or whole title."""
        ways = [quoted(lexemes.of_title(self.query.text))]
        if self.code:
            ways.append(quoted(lexemes.of_code(self.code)))
        return any_of(ways)
