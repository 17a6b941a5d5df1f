"""How text is cut into words, and when two of them are taken for the same.

Both engines keep to it: a word is a run of letters and digits, so that the pieces of URLs are words, and
each character of Chinese and Japanese is one, since nothing parts their words.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final

# Ranges of characters that are words by themselves; Elasticsearch's tokenizer has the same.
IDEOGRAPHS: Final = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
# Most words of a query that are looked for; people type a few, and each costs.
MAX_WORDS: Final = 12
# Typing errors that are forgiven in words of at least so many letters.
EDITS: Final = ((8, 2), (4, 1))
# In every URL, so they find nothing in particular.
OF_EVERY_URL = frozenset({"http", "https", "www"})
# Letters that Unicode does not take apart, in their usual spelling without marks.
_PLAIN: Final = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th"})
# Marks that belong to the letter before them.
_MARKS = "\u0300-\u036f\u0483-\u0489\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0900-\u0dff"
_RUNS = re.compile(rf"[{IDEOGRAPHS}]|(?:[^\W_{IDEOGRAPHS}]|[{_MARKS}])+")


def spans(text: str) -> Iterator[tuple[int, int]]:
    """Where the words of `text` begin and end."""
    return (found.span() for found in _RUNS.finditer(text))


def words(text: str) -> Sequence[str]:
    """The words of a query, each once and folded, without those of every URL unless there are no others."""
    found = list(dict.fromkeys(folded_words(text)))
    particular = [word for word in found if word not in OF_EVERY_URL]
    return (particular or found)[:MAX_WORDS]


def folded_words(text: str) -> Iterator[str]:
    """The words of a text, folded, each as often as it is there; of marks without a letter nothing is left."""
    return filter(None, (fold(text[start:end]) for start, end in spans(text)))


def fold(word: str) -> str:
    """`word` without case, and without accents where a letter of the Latin alphabet is left, as both engines fold."""
    if word.isascii():
        return word.lower()
    return "".join(map(_folded, unicodedata.normalize("NFC", word).casefold())).translate(_PLAIN)


@lru_cache(maxsize=4096)
def _folded(letter: str) -> str:
    apart = "".join(part for part in unicodedata.normalize("NFKD", letter) if not unicodedata.combining(part))
    return apart if apart.isascii() else letter


def edits_allowed(word: str) -> int:
    """How many typing errors a word of the query may have."""
    return next((edits for length, edits in EDITS if len(word) >= length), 0)


def is_misspelling(typed: str, word: str) -> bool:
    """Whether `typed` is `word` but for as many letters as are forgiven; the first letter must be right.

    Two neighbours that changed places are one error.
    """
    allowed = edits_allowed(typed)
    if not allowed or typed[:1] != word[:1] or abs(len(typed) - len(word)) > allowed:
        return False
    return _distance(typed, word) <= allowed


def _distance(left: str, right: str) -> int:
    """Edits from one word to the other (optimal string alignment)."""
    before: list[int] = []
    last = list(range(len(right) + 1))
    for row, letter in enumerate(left, start=1):
        current = [row]
        for column, other in enumerate(right, start=1):
            best = min(last[column] + 1, current[-1] + 1, last[column - 1] + (letter != other))
            if row > 1 and column > 1 and letter == right[column - 2] and left[row - 2] == other:
                best = min(best, before[column - 2] + 1)
            current.append(best)
        before, last = last, current
    return last[-1]
