"""YOURLS: SQL dumps of its tables, answers of `action=stats` and of plugins, and CSV with the names of its columns."""

from apps.links.importing.formats import CSV, JSON, Format, names
from apps.links.importing.records import LinkRecord
from apps.links.importing.short_links import cut
from apps.links.importing.values import Values


def read(values: Values) -> LinkRecord:
    host, code = cut(values.text("shorturl"))
    return LinkRecord(
        destination_url=values.text("url", "longurl"),
        code=values.text("keyword") or code,
        hostname=host,
        title=values.text("title"),
        created_at=values.moment("timestamp", "date"),
        click_count=values.count("clicks"),
    )


_NAMES = names("keyword url")
FORMAT = Format(
    name="yourls",
    label="YOURLS",
    heads={CSV: (_NAMES,), JSON: (_NAMES, names("shorturl url timestamp")), "sql": (names("keyword url title timestamp clicks"),)},
    read=read,
)
