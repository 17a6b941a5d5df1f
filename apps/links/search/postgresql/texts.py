"""What a link is found by, as PostgreSQL stores it."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Final

from apps.links.search.postgresql import lexemes
from apps.links.search.postgresql.models import MAX_WORD
from apps.links.search.rows import LinkRow
from apps.links.search.words import OF_EVERY_URL, folded_words

# PostgreSQL keeps no more positions of a lexeme, and none beyond the last.
_MAX_POSITIONS: Final = 20
_LAST_POSITION: Final = 16_383
# Between fields, so that words of two are never side by side.
_GAP: Final = 10
# Shorter words are never forgiven.
_MIN_WORD: Final = 3


def vector_of(link: LinkRow) -> str:
    """The text of the tsvector of `link`: words with their places and weights (A title, B codes and tags,
    C description, D destination), and the lexemes by which it is filtered."""
    places: dict[str, list[str]] = {}
    position = 1
    for weight, words in _fields(link):
        for word in words:
            of_word = places.setdefault(lexemes.cut(word), [])
            if len(of_word) < _MAX_POSITIONS:
                of_word.append(f"{min(position, _LAST_POSITION)}{weight}")
            position += 1
        position += _GAP
    with_places = (f"{lexemes.quoted(word)}:{','.join(at)}" for word, at in places.items())
    return " ".join(chain(with_places, (lexemes.quoted(lexeme) for lexeme in _filters(link))))


def remembered_words(link: LinkRow) -> Iterator[str]:
    """Words of `link` that people may misspell: no numbers, and no codes that nobody has thought of."""
    texts = [link.title, link.description, *link.tag_names, *(code for code in _codes(link) if code.islower())]
    words = chain(_words_of(texts), _url_words(link.destination_url))
    return (word for word in words if _MIN_WORD <= len(word) <= MAX_WORD and word.isalpha())


def _fields(link: LinkRow) -> Iterator[tuple[str, Sequence[str]]]:
    yield "A", _words_of([link.title])
    yield "B", _words_of([*_codes(link), *link.tag_names])
    yield "C", _words_of([link.description])
    yield "", _url_words(link.destination_url)


def _filters(link: LinkRow) -> Iterator[str]:
    yield lexemes.of_workspace(link.workspace_id, is_deleted=link.deleted_at is not None)
    if link.owner_id is not None:
        yield lexemes.of_owner(link.owner_id)
    yield lexemes.of_domain(link.hostname)
    yield from map(lexemes.of_tag, link.tag_names)
    codes = _codes(link)
    yield from map(lexemes.of_code, codes)
    yield from (lexemes.of_code_word(lexemes.cut(word)) for word in _words_of(codes))
    if link.title:
        yield lexemes.of_title(link.title)
    flags = {
        lexemes.BANNED: link.banned_at is not None,
        lexemes.DISABLED: not link.is_active,
        lexemes.EXPIRES: link.expires_at is not None,
        lexemes.STARTS: link.valid_from is not None,
        lexemes.LIMITED: link.max_clicks is not None,
    }
    yield from (flag for flag, is_set in flags.items() if is_set)


def _codes(link: LinkRow) -> Sequence[str]:
    return [link.code, *(place.rpartition("/")[2] for place in link.alias_places)]


def _words_of(texts: Iterable[str]) -> Sequence[str]:
    return [word for text in texts for word in folded_words(text)]


def _url_words(url: str) -> Sequence[str]:
    return [word for word in _words_of([url]) if word not in OF_EVERY_URL]
