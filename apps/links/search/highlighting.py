"""Which words of a link made it a hit, in pieces of plain text. Both engines' hits are marked here."""

from collections.abc import Mapping, Sequence
from enum import IntEnum

from apps.links.search.results import MAX_HIGHLIGHT, Field, Segment
from apps.links.search.words import fold, is_misspelling, spans

# Text before the first match that is kept when a field is cut.
_BEFORE = 40
# Words of a field that are looked at: the longest destinations have thousands.
_MAX_WORDS = 400


class _Match(IntEnum):
    MISSPELLED = 1
    PREFIX = 2
    WHOLE = 3


def highlights(
    wanted: Sequence[str], *, code: str, destination_url: str, title: str, description: str, tags: Sequence[str]
) -> Mapping[Field, tuple[Segment, ...]]:
    """The fields of a link in which `wanted` words (see `words.words`) are: whole, as a beginning, or misspelled.

    A misspelled word is marked only where nothing of the link has it as it was typed.
    """
    texts = {
        Field.CODE: [code],
        Field.DESTINATION_URL: [destination_url],
        Field.TITLE: [title],
        Field.DESCRIPTION: [description],
        Field.TAGS: list(tags),
    }
    found = {field: [_matches(text, wanted) for text in of_field] for field, of_field in texts.items()}
    best: dict[str, _Match] = {}
    for of_texts in found.values():
        for matches in of_texts:
            for _span, word, match in matches:
                best[word] = max(match, best.get(word, match))
    marked = {}
    for field, in_field in texts.items():
        pieces: list[Segment] = []
        for text, matches in zip(in_field, found[field], strict=True):
            kept = [span for span, word, match in matches if match != _Match.MISSPELLED or best[word] == match]
            if kept:
                pieces += [Segment(", "), *_cut(text, kept)] if pieces else _cut(text, kept)
        if pieces:
            marked[field] = tuple(pieces)
    return marked


def _matches(text: str, wanted: Sequence[str]) -> list[tuple[tuple[int, int], str, _Match]]:
    """Where in `text` which of the `wanted` words is, and how."""
    found = []
    for (start, end), _number in zip(spans(text), range(_MAX_WORDS), strict=False):
        word = fold(text[start:end])
        matches = [(match, typed) for typed in wanted if (match := _match(typed, word))]
        if matches:
            match, typed = max(matches)
            # A beginning is marked as far as it was typed; folding may have made the word longer.
            length = min(len(typed), end - start) if match is _Match.PREFIX else end - start
            found.append(((start, start + length), typed, match))
    return found


def _match(typed: str, word: str) -> _Match | None:
    if word == typed:
        return _Match.WHOLE
    if word.startswith(typed):
        return _Match.PREFIX
    return _Match.MISSPELLED if is_misspelling(typed, word) else None


def _cut(text: str, kept: Sequence[tuple[int, int]]) -> list[Segment]:
    """`text` in pieces, no more of it than MAX_HIGHLIGHT around the first match."""
    first = max(0, kept[0][0] - _BEFORE) if len(text) > MAX_HIGHLIGHT else 0
    # The dots that stand for what is left out count too.
    last = min(len(text), first + MAX_HIGHLIGHT - 2)
    pieces = [Segment("…")] if first else []
    position = first
    for start, end in kept:
        if start >= last:
            break
        if start > position:
            pieces.append(Segment(text[position:start]))
        pieces.append(Segment(text[start : min(end, last)], is_match=True))
        position = min(end, last)
    if position < last:
        pieces.append(Segment(text[position:last]))
    if last < len(text):
        pieces.append(Segment("…"))
    return pieces
