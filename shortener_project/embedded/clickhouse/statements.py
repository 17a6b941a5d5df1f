"""What kind of statement a text is, as far as the bridge has to know it."""

import re
from dataclasses import dataclass

_NAME = r'(?:`(?:[^`\\]|\\.)+`|"(?:[^"\\]|\\.)+"|\w+)'
_COMMENTS = re.compile(r"(?:\s+|--[^\n]*\n|/\*.*?\*/)+", re.DOTALL)
_INSERT = re.compile(
    rf"INSERT\s+INTO\s+(?:TABLE\s+)?(?P<table>{_NAME}(?:\s*\.\s*{_NAME})?)"
    r"\s*(?:\((?P<columns>[^()]*)\))?\s*(?P<settings>SETTINGS\s.+?)?\s*(?:VALUES|FORMAT\s+\w+)?\s*;?\s*$",
    re.IGNORECASE | re.DOTALL,
)
_SELECT = re.compile(r"[\s(]*(?:SELECT|WITH)\b", re.IGNORECASE)
_FORMAT = re.compile(r"\sFORMAT\s+\w+\s*;?\s*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Insert:
    """An INSERT whose rows follow as blocks. `columns` is empty when the text names none."""

    table: str
    columns: tuple[str, ...]
    settings: str

    def from_file(self, path: str) -> str:
        """The statement that takes its rows, in the Native format, from a file."""
        names = ", ".join(_quote(column) for column in self.columns)
        target = f"{self.table} ({names})" if names else self.table
        return f"INSERT INTO {target} FROM INFILE {quote_literal(path)} {self.settings} FORMAT Native"


def parse_insert(sql: str) -> Insert | None:
    """The INSERT in `sql`, or None for every other statement and for one that brings its rows itself."""
    found = _INSERT.match(strip_comments(sql))
    if not found:
        return None
    columns = tuple(_unquote(column.strip()) for column in (found["columns"] or "").split(",") if column.strip())
    return Insert(found["table"], columns, found["settings"] or "")


def is_select(sql: str) -> bool:
    """Whether `sql` returns rows that the engine can stream."""
    return bool(_SELECT.match(strip_comments(sql)))


def without_format(sql: str) -> str:
    """`sql` without the output format and the semicolon at its end: the protocol has but one format."""
    return _FORMAT.sub("", sql).rstrip("; \n\t")


def strip_comments(sql: str) -> str:
    """`sql` without blanks and comments before its first word."""
    found = _COMMENTS.match(sql)
    return sql[found.end() :] if found else sql


def quote_literal(text: str) -> str:
    """`text` as a string literal of ClickHouse."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _quote(name: str) -> str:
    return "`" + name.replace("\\", "\\\\").replace("`", "\\`") + "`"


def _unquote(name: str) -> str:
    if name[:1] in {"`", '"'}:
        return re.sub(r"\\(.)", r"\1", name[1:-1])
    return name
