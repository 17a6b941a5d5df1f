"""Shlink: the CSV of its web client, that of its importer, and answers of its REST API."""

from typing import Any

from django.utils.translation import gettext as _

from apps.links.importing.formats import CSV, JSON, Format, names
from apps.links.importing.records import LinkRecord
from apps.links.importing.short_links import cut
from apps.links.importing.values import Values


def read(values: Values) -> LinkRecord:
    host, code = cut(values.text("shortUrl"))
    meta, visits = _inner(values, "meta"), _inner(values, "visitsSummary")
    record = LinkRecord(
        destination_url=values.text("longUrl"),
        code=values.text("shortCode") or code,
        hostname=host or values.text("domain").replace("DEFAULT", ""),
        title=values.text("title"),
        tags=values.words("|,", "tags"),
        created_at=values.moment("createdAt", "dateCreated"),
        valid_from=meta.moment("validSince"),
        expires_at=meta.moment("validUntil"),
        max_clicks=meta.whole("maxVisits"),
        click_count=values.count("visits", "visitsCount") or visits.count("total"),
        forward_query=values.flag("forwardQuery"),
        is_crawlable=values.flag("crawlable"),
    )
    if record.max_clicks is not None:
        record.redirects_used = record.click_count
    if values.flag("hasRedirectRules"):
        record.notes.append(_("It has redirect rules, which the file does not hold: add them anew."))
    return record


def _inner(values: Values, name: str) -> Values:
    found: Any = values.raw(name)
    return Values(found if isinstance(found, dict) else {})


_NAMES = names("shortcode longurl")
FORMAT = Format(name="shlink", label="Shlink", heads={CSV: (_NAMES, names("shorturl longurl tags visits")), JSON: (_NAMES,)}, read=read)
