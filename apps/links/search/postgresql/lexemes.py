"""The vocabulary of the search table: words of links, and lexemes by which links are filtered.

A word has only letters and digits, so lexemes with a colon are never taken for one.
"""

from collections.abc import Iterable
from hashlib import blake2b
from typing import Final

from apps.links.search.words import fold

# Longer words are cut, here and in queries.
MAX_LEXEME: Final = 100

BANNED: Final = "s:banned"
DISABLED: Final = "s:disabled"
# Links whose state may depend on the time or on what is used up.
EXPIRES: Final = "s:expires"
STARTS: Final = "s:starts"
LIMITED: Final = "s:limited"


def of_workspace(workspace_id: int, *, is_deleted: bool = False) -> str:
    return f"{'x' if is_deleted else 'w'}:{workspace_id}"


def of_owner(owner_id: int) -> str:
    return f"o:{owner_id}"


def of_domain(hostname: str) -> str:
    return f"d:{hostname}"


def of_tag(name: str) -> str:
    """The same in whatever case."""
    return f"t:{name.lower()}"


def of_code(code: str) -> str:
    """The whole code, or the beginning of one, in whatever case."""
    return f"k:{code.lower()}"


def of_code_word(word: str) -> str:
    """A word of a code, which alone would not be told from one of a tag."""
    return f"c:{word}"


def of_title(title: str) -> str:
    """The whole title, whatever its case and accents."""
    return f"e:{blake2b(fold(title).encode(), digest_size=8).hexdigest()}"


def cut(word: str) -> str:
    return word[:MAX_LEXEME]


def quoted(lexeme: str) -> str:
    """`lexeme` as it stands in the text of a tsvector or a tsquery."""
    escaped = lexeme.replace("\\", "\\\\").replace("'", "''")
    return f"'{escaped}'"


def any_of(queries: Iterable[str]) -> str:
    """The tsquery of what fulfils one of `queries`; "" when all of them are empty."""
    return _joined(" | ", queries)


def all_of(queries: Iterable[str]) -> str:
    """The tsquery of what fulfils all of `queries` that are not empty; "" when there are none."""
    return _joined(" & ", queries)


def _joined(operator: str, queries: Iterable[str]) -> str:
    found = [query for query in queries if query]
    return f"({operator.join(found)})" if found else ""
