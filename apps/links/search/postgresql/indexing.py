"""What of a search the index of words is asked for; the rest is looked at in the links that it tells.

The index is quick for what few links have. A beginning of words that many have makes it collect all of
their links first, which takes longer than everything else.
"""

from collections.abc import Sequence
from math import prod
from typing import Final

from apps.links.search.postgresql import lexemes
from apps.links.search.postgresql.asking import Asked
from apps.links.search.postgresql.frequencies import Frequencies
from apps.links.search.postgresql.lexemes import all_of, any_of, quoted

# Shorter beginnings are in so many links that the index is not asked for them.
_MIN_BEGINNING: Final = 3
# Looking at a link takes as long as collecting some of them by the index: a second word is of use up to so many
# times the share of the rarest, and more words than two are not.
_TIMES: Final = 10.0
# Share of links (0 to 1) of what is in no statistics, and of what begins with three letters, of which they know half.
_LEAST: Final = 0.0005
_LEAST_OF_THREE: Final = 0.005
# Up to this share a filter is of use beside words.
_COMMON: Final = 0.04
# Up to this share the index alone is quicker than a look at the newest links.
_RARE: Final = 0.005
# Of words that are all more common than this the index is asked for whole ones only.
_MANY: Final = 0.015


def is_rare(asked: Asked, frequencies: Frequencies) -> bool:
    """Whether the index is the quickest way to what was typed: too few of the newest links would have all of its words."""
    shares = [_share(asked, word, frequencies) for word in _long(asked)]
    return bool(shares) and is_complete(asked, frequencies) and prod(shares) <= _RARE


def is_complete(asked: Asked, frequencies: Frequencies) -> bool:
    """Whether the index is asked for beginnings of words, too; where it is not, the newest links are looked through for them."""
    return not asked.words or _rarest(asked, frequencies) <= _MANY


def condition(asked: Asked, frequencies: Frequencies, *, is_whole: bool = False) -> str:
    """The tsquery for the index, "" for none: links without it are not found, links with it may be.

    With `is_whole` words are asked for as they are.
    """
    useful = [quality for quality in asked.qualities if not asked.query.text or frequencies.of(quality) <= _COMMON]
    return all_of([asked.homes, *map(quoted, useful), _text(asked, frequencies, is_whole=is_whole)])


def _text(asked: Asked, frequencies: Frequencies, *, is_whole: bool) -> str:
    if not asked.query.text:
        return ""
    by_words = all_of(map(quoted, asked.words)) if is_whole and asked.words else _words(asked, frequencies)
    return any_of([by_words, _code(asked)])


def _words(asked: Asked, frequencies: Frequencies) -> str:
    """The rarest words with all ways to mean them."""
    if not asked.words:
        return ""
    long = sorted(_long(asked), key=lambda word: (_share(asked, word, frequencies), -len(word)))
    worth = _TIMES * _share(asked, long[0], frequencies)
    useful = [word for word in long[1:2] if _share(asked, word, frequencies) <= worth]
    return all_of(asked.any_way(word) for word in [long[0], *useful])


def _code(asked: Asked) -> str:
    is_short = len(asked.code) < _MIN_BEGINNING
    return quoted(lexemes.of_code(asked.code)) if asked.code and is_short else asked.code_beginning


def _long(asked: Asked) -> Sequence[str]:
    return [word for word in asked.words if len(word) >= _MIN_BEGINNING]


def _rarest(asked: Asked, frequencies: Frequencies) -> float:
    """The share of links that have the rarest word; 1 where all are too short for the index."""
    return min((_share(asked, word, frequencies) for word in _long(asked)), default=1.0)


def _share(asked: Asked, word: str, frequencies: Frequencies) -> float:
    known = frequencies.of_beginning(word)
    beginning = _LEAST_OF_THREE + 2 * known if len(word) == _MIN_BEGINNING else _LEAST + known
    return beginning + sum(map(frequencies.of, asked.meanings.get(word, ())))
