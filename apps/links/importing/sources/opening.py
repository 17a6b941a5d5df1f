"""Which form a file has."""

from pathlib import Path
from typing import Final

from apps.links.importing.decoding import lines
from apps.links.importing.sources import Source
from apps.links.importing.sources.csv_file import CsvFile
from apps.links.importing.sources.json_file import JsonFile
from apps.links.importing.sources.sql_file import SqlFile
from apps.links.importing.sources.sqlite_file import MAGIC, SqliteFile

_SQL: Final = ("--", "/*", "\\restrict", "set ", "pragma ", "create ", "insert ", "begin", "copy ", "drop ", "lock ", "start ", "use ")


def open_file(path: Path) -> Source:
    """The file at `path` by how it begins; CSV where nothing speaks for another form."""
    with path.open("rb") as file:
        if file.read(len(MAGIC)) == MAGIC:
            return SqliteFile(path)
    start = next((text for piece in lines(path) if (text := piece.strip("\ufeff \t\r\n"))), "")[:100].lower()
    if start.startswith(("{", "[")):
        return JsonFile(path)
    return SqlFile(path) if start.startswith(_SQL) else CsvFile(path)
