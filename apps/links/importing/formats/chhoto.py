"""Chhoto URL: its SQLite file (or a dump of it), and answers of its API."""

from apps.links.importing.formats import CSV, JSON, Format, names
from apps.links.importing.records import LinkRecord
from apps.links.importing.values import Values


def read(values: Values) -> LinkRecord:
    return LinkRecord(
        destination_url=values.text("long_url", "longlink"),
        code=values.text("short_url", "shortlink"),
        description=values.text("notes"),
        expires_at=values.moment("expiry_time"),
        click_count=values.count("hits"),
    )


_API = names("shortlink longlink hits")
FORMAT = Format(name="chhoto", label="Chhoto URL", heads={CSV: (_API,), JSON: (_API,), "sql": (names("shorturl longurl hits"),)}, read=read)
