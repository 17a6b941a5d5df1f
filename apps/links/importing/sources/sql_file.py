"""SQL dumps of MySQL, MariaDB, PostgreSQL and SQLite: rows of INSERT statements and of COPY blocks. Nothing is executed."""

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Final

from django.utils.translation import gettext as _

from apps.links.importing.decoding import is_decoded, lines
from apps.links.importing.records import refusal
from apps.links.importing.sources import Head, Row
from apps.links.importing.sources.sql_tokens import Token, Tokens
from apps.links.importing.values import plain

Columns = Sequence[str]
_HEAD: Final = 64 * 1024
_is_mysql = re.compile(r"MySQL|MariaDB|phpMyAdmin|`").search
# What begins a line of CREATE TABLE that is no column.
_NO_COLUMN: Final = frozenset({"primary", "unique", "key", "index", "constraint", "fulltext", "spatial", "foreign", "check", "exclude"})
_copied = re.compile(r"\\(.)", re.DOTALL).sub
_COPIED: Final = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}


class SqlFile:
    """Tables by name; where one is in several schemas, all of its rows."""

    kind = "sql"

    def __init__(self, path: Path) -> None:
        self._path = path
        start = "".join(islice(lines(path), 50))[:_HEAD]
        self._is_mysql = _is_mysql(start) is not None

    def heads(self) -> Iterator[Head]:
        told: set[Head] = set()
        for table, columns, _line, _values in self._walk(lambda _table: False):
            head = Head(frozenset(map(plain, columns)), table)
            if columns and head not in told:
                told.add(head)
                yield head

    def rows(self, head: Head) -> Iterator[Row]:
        for _table, columns, line, values in self._walk(lambda table: table == head.place):
            if values is None:
                continue
            if len(values) != len(columns):
                message = _("This row has %(found)d values, and the table has %(wanted)d columns.")
                yield line, refusal("wrong_cells", message % {"found": len(values), "wanted": len(columns)})
            elif not all(value is None or is_decoded(value) for value in values):
                yield line, refusal("not_decoded", _("This row is in another encoding than the file. Save the file as UTF-8."))
            else:
                yield line, dict(zip(columns, values, strict=True))

    def _walk(self, is_wanted: Callable[[str], bool]) -> Iterator[tuple[str, Columns, int, list[str | None] | None]]:
        """Table, its columns, and the line and values of each of its rows; None for values where the table begins."""
        return _Dump(Tokens(lines(self._path), is_mysql=self._is_mysql), is_wanted).walk()


class _Dump:
    def __init__(self, tokens: Tokens, is_wanted: Callable[[str], bool]) -> None:
        self._tokens = tokens
        self._stream = iter(tokens)
        self._is_wanted = is_wanted
        self._columns: dict[str, Columns] = {}

    def walk(self) -> Iterator[tuple[str, Columns, int, list[str | None] | None]]:
        for token in self._stream:
            word = token.value.lower() if token.kind == "word" else ""
            if word in {"insert", "replace"}:
                yield from self._insert()
            elif word == "create":
                yield from self._create()
            elif word == "copy":
                yield from self._copy()
            elif token.value != ";":
                self._skip()

    def _skip(self) -> None:
        """To the end of the statement."""
        for token in self._stream:
            if token.kind == "sign" and token.value == ";":
                return

    def _name(self, first: Token | None) -> tuple[str, Token | None]:
        """A name that may have a schema in front, and the word behind it."""
        name, token = "", first
        while token is not None and token.kind in {"name", "word"}:
            name = token.value
            token = next(self._stream, None)
            if token is None or token.value != ".":
                break
            token = next(self._stream, None)
        return name.lower(), token

    def _until(self, *words: str) -> bool:
        """Behind the next of `words`; False when the statement ends before."""
        for token in self._stream:
            if token.kind == "word" and token.value.lower() in words:
                return True
            if token.value == ";" and token.kind == "sign":
                return False
        return False

    def _insert(self) -> Iterator[tuple[str, Columns, int, list[str | None] | None]]:
        if not self._until("into"):
            return
        table, token = self._name(next(self._stream, None))
        if token is not None and token.value == "(":
            self._columns[table] = [name for name in self._list() if name]
            token = next(self._stream, None)
        columns = self._columns.get(table, ())
        yield table, columns, self._tokens.line, None
        if token is None or token.value.lower() != "values":
            if token is not None and token.value != ";":
                self._skip()
            return
        for token in self._stream:
            if token.value == ";" and token.kind == "sign":
                return
            if token.value == "(" and token.kind == "sign":
                values = self._list()
                if self._is_wanted(table):
                    yield table, columns, token.line, values

    def _list(self) -> list[str | None]:
        """Values up to the closing bracket, whose opening one has been read."""
        values: list[str | None] = []
        parts: list[Token] = []
        depth = 0
        for token in self._stream:
            if token.kind == "sign" and token.value in "()":
                depth += 1 if token.value == "(" else -1
            if depth < 0 or (token.kind == "sign" and token.value == "," and depth == 0):
                values.append(_value(parts))
                parts = []
                if depth < 0:
                    break
            else:
                parts.append(token)
        return values

    def _create(self) -> Iterator[tuple[str, Columns, int, list[str | None] | None]]:
        if not self._until("table"):
            return
        token = next(self._stream, None)
        while token is not None and token.kind == "word" and token.value.lower() in {"if", "not", "exists"}:
            token = next(self._stream, None)
        table, token = self._name(token)
        if token is None or token.value != "(":
            return
        self._columns[table] = columns = list(self._column_names())
        yield table, columns, self._tokens.line, None
        self._skip()

    def _column_names(self) -> Iterator[str]:
        depth, is_first = 0, True
        for token in self._stream:
            if token.kind == "sign" and token.value in "()":
                depth += 1 if token.value == "(" else -1
                if depth < 0:
                    return
            elif is_first:
                is_first = False
                if token.kind == "name" or token.value.lower() not in _NO_COLUMN:
                    yield token.value.lower()
            elif token.kind == "sign" and token.value == "," and depth == 0:
                is_first = True

    def _copy(self) -> Iterator[tuple[str, Columns, int, list[str | None] | None]]:
        table, token = self._name(next(self._stream, None))
        if token is not None and token.value == "(":
            self._columns[table] = [name for name in self._list() if name]
        if not self._until("stdin"):
            return
        self._skip()
        columns = self._columns.get(table, ())
        yield table, columns, self._tokens.line, None
        self._tokens.rest_of_line()
        while (line := self._tokens.rest_of_line()) is not None and line != r"\.":
            if self._is_wanted(table):
                yield table, columns, self._tokens.line - 1, [_of_copy(cell) for cell in line.split("\t")]


def _value(parts: Sequence[Token]) -> str | None:
    """What a value is that may have a cast or a function around it; None for NULL and for what has to be computed."""
    texts = [part.value for part in parts if part.kind == "text"]
    if texts:
        # SQLite writes line breaks as replace('…','\n',char(10)).
        is_replace = parts[0].kind == "word" and parts[0].value.lower() == "replace"
        return texts[0].replace(r"\n", "\n").replace(r"\r", "\r") if is_replace else texts[0]
    if parts and parts[0].value == "-" and len(parts) > 1:
        return f"-{parts[1].value}"
    if not parts or (parts[0].kind == "word" and parts[0].value.lower() == "null"):
        return None
    return parts[0].value if parts[0].kind in {"word", "name"} else None


def _of_copy(cell: str) -> str | None:
    return None if cell == r"\N" else _copied(lambda found: _COPIED.get(found[1], found[1]), cell)
