"""Words of an SQL dump, one after the other, out of a part of it at a time.

sqlglot was looked at and left out: it wants whole statements in memory, and one of a dump's is often as large as the
table. Of SQL no more is read here than dumps consist of.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _

from apps.links.importing.errors import FileBroken

# Characters of one word; longer ones are nothing that a link has.
MAX_TOKEN: Final = 1024 * 1024
_COMMON: Final = r"""
    (?P<blank>\s++ | --[^\n]*+ | /\*(?:[^*]|\*(?!/))*+\*/ {comment})
  | (?P<text>[eE]?'{inner}')
  | (?P<name>"(?:[^"]|"")*+" | `(?:[^`]|``)*+`)
  | (?P<word>[^\W\d][\w$]*+ | [+-]?(?:\d[\w.]*+|\.\d[\w.]*+)(?:(?<=[eE])[+-]\d++)?)
  | (?P<sign>::|.)
"""
# MySQL and MariaDB read a backslash in every text as the beginning of an escape, others only in E'…'.
_MYSQL: Final = re.compile(_COMMON.format(comment=r"| \#[^\n]*+", inner=r"(?:[^'\\]|\\.|'')*+"), re.VERBOSE | re.DOTALL)
_STANDARD: Final = re.compile(
    _COMMON.format(comment="", inner=r"(?:(?<=[eE]')(?:[^'\\]|\\.|'')*+|(?<![eE]')(?:[^']|'')*+)"), re.VERBOSE | re.DOTALL
)
_OPEN: Final = re.compile(r"""[eE]?'|"|`|/\*|--""")
_escape = re.compile(r"\\(.)|''", re.DOTALL).sub
_ESCAPES: Final = {"0": "\0", "n": "\n", "r": "\r", "t": "\t", "b": "\b", "Z": "\x1a"}


@dataclass(frozen=True, slots=True)
class Token:
    """`kind` is text, name, word or sign; `value` is what it stands for."""

    kind: str
    value: str
    line: int


class Tokens:
    """Words of a dump that comes in pieces. Raises FileBroken when one does not end."""

    def __init__(self, pieces: Iterator[str], *, is_mysql: bool) -> None:
        self._pieces = pieces
        self._match = (_MYSQL if is_mysql else _STANDARD).match
        self._is_mysql = is_mysql
        self._buffer = ""
        self._at = 0
        self._is_over = False
        self.line = 1

    def __iter__(self) -> Iterator[Token]:
        while (token := self._next()) is not None:
            yield token

    def _next(self) -> Token | None:
        while True:
            found = self._match(self._buffer, self._at)
            if found is None or (found.end() == len(self._buffer) and not self._is_over):
                if not self._more():
                    return None
                continue
            kind, text, line = str(found.lastgroup), found.group(), self.line
            if kind in {"sign", "word"} and _OPEN.match(self._buffer, self._at):
                # What has begun here is not in the buffer to its end yet.
                if not self._more():
                    raise self._endless()
                continue
            self._at = found.end()
            self.line += text.count("\n")
            if kind != "blank":
                return Token(kind, self._value(kind, text), line)

    def _more(self) -> bool:
        """Take another piece; whether there is anything left to read."""
        if len(self._buffer) - self._at > MAX_TOKEN:
            raise self._endless()
        piece = "" if self._is_over else next(self._pieces, "")
        if piece:
            self._buffer, self._at = self._buffer[self._at :] + piece, 0
            return True
        was_over, self._is_over = self._is_over, True
        return not was_over and self._at < len(self._buffer)

    def _endless(self) -> FileBroken:
        return FileBroken(_("Line %(line)d: what begins here does not end, or is longer than any value of a link.") % {"line": self.line})

    def _value(self, kind: str, text: str) -> str:
        if kind == "name":
            return text[1:-1].replace(text[0] * 2, text[0])
        if kind != "text":
            return text
        if self._is_mysql or text[0] in "eE":
            return _escape(lambda found: "'" if found[1] is None else _ESCAPES.get(found[1], found[1]), text.lstrip("eE")[1:-1])
        return text[1:-1].replace("''", "'")

    def rest_of_line(self) -> str | None:
        """All up to the end of the line, without it; None at the end of the dump. For the data that follow a COPY."""
        while (end := self._buffer.find("\n", self._at)) < 0:
            if not self._more():
                left, self._at = self._buffer[self._at :], len(self._buffer)
                return left or None
        found, self._at = self._buffer[self._at : end], end + 1
        self.line += 1
        return found.removesuffix("\r")
