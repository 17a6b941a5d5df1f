"""From a search to what Elasticsearch is asked. Users' words are only ever values of terms, never syntax."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from elasticsearch.dsl import Q
from elasticsearch.dsl.query import Query

from apps.links.models import LinkState
from apps.links.search.elastic.analysis import MAX_CODE_PREFIX, MAX_PREFIX
from apps.links.search.places import Place, place_in
from apps.links.search.query import Everywhere, SearchQuery
from apps.links.search.words import edits_allowed, fold, words

# What the best match of one word counts. The kind of match comes first, then the field.
_WHOLE: Final = {"title": 10.0, "codes.words": 9.5, "tags": 9.0, "description": 8.0, "destination_url": 7.0}
_PREFIX: Final = {"title.beginnings": 6.0, "everything.beginnings": 4.0}
_MISSPELLED: Final = 1.0
# Beyond what the words of a query can come to together.
_EXACT_CODE: Final = 1000.0
_EXACT_CODE_ANY_CASE: Final = 800.0
# Among many links some generated code begins with whatever is typed: no more than the beginning of a title's word.
_CODE_PREFIX: Final = 6.5
_WHOLE_TITLE: Final = 40.0
_PHRASE_IN_TITLE: Final = 20.0
# Words of the index that a misspelled one may stand for.
_EXPANSIONS: Final = 50


def matching(query: SearchQuery) -> Query:
    """The links that the text of `query` finds, with scores; all of them when there is no text."""
    if not query.text:
        return Q("match_all")
    found = words(query.text)
    place = place_in(query.text)
    ways = [_all_words(found)] if found else []
    ways += _exact(query.text, place)
    return Q("bool", should=[*ways, *_better(query.text, found)], minimum_should_match=1) if ways else Q("match_none")


def filters(query: SearchQuery) -> Sequence[Query]:
    """What a link must be to be found at all; the workspaces are always among it, but in the back office."""
    found = [
        *_in_workspaces(query),
        *_in_state(query),
        *(Q("term", **{"tags.folded": tag.lower()}) for tag in query.tags),
    ]
    if query.owner_id is not None:
        found.append(Q("term", owner_id=str(query.owner_id)))
    if query.hostname:
        found.append(Q("term", hostname=query.hostname))
    bounds = {"gte": query.created_from, "lt": query.created_before}
    if created := {name: instant.isoformat() for name, instant in bounds.items() if instant is not None}:
        found.append(Q("range", created_at=created))
    return found


def states(query: SearchQuery) -> Mapping[LinkState, Query]:
    """What tells each state at `query.now`; mirrors Link.state_at."""
    now = query.now.isoformat()
    deleted, banned, active, used_up = (Q("term", **{name: True}) for name in ("is_deleted", "is_banned", "is_active", "is_used_up"))
    expired, scheduled = Q("range", expires_at={"lte": now}), Q("range", valid_from={"gt": now})
    before: list[Query] = []
    found: dict[LinkState, Query] = {}
    # Each state leaves out those before it.
    for state, condition in (
        (LinkState.DELETED, deleted),
        (LinkState.BANNED, banned),
        (LinkState.DISABLED, Q("bool", must_not=[active])),
        (LinkState.EXPIRED, expired),
        (LinkState.SCHEDULED, scheduled),
        (LinkState.USED_UP, used_up),
        (LinkState.ACTIVE, Q("match_all")),
    ):
        found[state] = Q("bool", filter=[condition], must_not=list(before))
        before.append(condition)
    return found


def _in_workspaces(query: SearchQuery) -> Sequence[Query]:
    if isinstance(query.workspace_ids, Everywhere):
        return []
    return [Q("terms", workspace_id=[str(number) for number in query.workspace_ids])]


def _in_state(query: SearchQuery) -> Sequence[Query]:
    if query.state is None:
        return [Q("term", is_deleted=False)]
    return [states(query)[query.state]]


def _all_words(found: Sequence[str]) -> Query:
    return Q("bool", must=[_word(word) for word in found])


def _word(word: str) -> Query:
    """Links with `word` in any field: whole, as a beginning, or misspelled."""
    ways = [_constant("term", field, word, boost) for field, boost in _WHOLE.items()]
    if len(word) <= MAX_PREFIX:
        ways += [_constant("term", field, word, boost) for field, boost in _PREFIX.items()]
    else:
        ways.append(_constant("prefix", "everything", word, _PREFIX["everything.beginnings"]))
    if edits := edits_allowed(word):
        options = {"value": word, "fuzziness": edits, "prefix_length": 1, "max_expansions": _EXPANSIONS}
        ways.append(Q("constant_score", filter=Q("fuzzy", everything=options), boost=_MISSPELLED))
    return Q("dis_max", queries=ways)


def _exact(text: str, place: Place | None) -> Sequence[Query]:
    """Links whose short URL, code or beginning of a code `text` is, whatever its words."""
    ways = [_constant("term", "places", str(place), _EXACT_CODE)] if place else []
    if " " in text:
        return ways
    ways.append(_constant("term", "codes", text.lower(), _EXACT_CODE_ANY_CASE))
    if len(text) <= MAX_CODE_PREFIX:
        ways.append(_constant("term", "codes.beginnings", text.lower(), _CODE_PREFIX))
    return ways


def _better(text: str, found: Sequence[str]) -> Sequence[Query]:
    """What puts some of the links before others."""
    better = [_constant("term", "title.whole", fold(text), _WHOLE_TITLE)]
    if len(found) > 1:
        better.append(Q("constant_score", filter=Q("match_phrase", title=text), boost=_PHRASE_IN_TITLE))
    return better


def _constant(kind: str, field: str, value: str, boost: float) -> Query:
    condition: Any = {field: {"value": value}}
    return Q("constant_score", filter=Q(kind, **condition), boost=boost)
