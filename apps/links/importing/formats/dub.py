"""Dub: its CSV export, CSV as its importer takes it, and answers of its API."""

from typing import Any

from django.utils.translation import gettext as _

from apps.links.importing.formats import CSV, JSON, Format, names
from apps.links.importing.formats.rules_by_place import rules
from apps.links.importing.records import LinkRecord
from apps.links.importing.short_links import cut
from apps.links.importing.values import Values

# In Dub and Bitly archived links go on working: that they are archived stays visible.
ARCHIVED = "archived"


def read(values: Values) -> LinkRecord:
    host, code = cut(values.text("short_link", "link", "shortLink"))
    password = values.text("password")
    record = LinkRecord(
        destination_url=values.text("destination_url", "url"),
        code=values.text("key") or code,
        hostname=values.text("domain") or host,
        title=values.text("title"),
        description=values.text("comments", "description"),
        tags=values.words(",", "tags"),
        created_at=values.moment("created_at"),
        expires_at=values.moment("expires_at"),
        click_count=values.count("clicks"),
        is_active=not values.flag("disabled"),
        is_crawlable=values.flag("do_index"),
        is_protected=bool(password),
        password=password,
        rules=rules(ios=values.text("ios"), android=values.text("android"), by_country=values.raw("geo")),
    )
    if values.flag("archived"):
        record.tags = [*record.tags, ARCHIVED]
    record.rules = [*record.rules, *_split(values.raw("testVariants"))]
    for name, what in (
        ("proxy", _("its own preview")),
        ("rewrite", _("cloaking")),
        ("expired_url", _("an address for when it has expired")),
    ):
        if values.raw(name) not in (None, False, "", "false"):
            record.notes.append(_("Not carried over: %(what)s.") % {"what": what})
    return record


def _split(variants: Any) -> list[dict[str, Any]]:
    """Everybody is shared between the variants by their percentages."""
    found = [item for item in variants if isinstance(item, dict)] if isinstance(variants, list) else []
    return [
        {"priority": 2, "conditions": [], "destination_url": str(item.get("url", "")), "weight": item.get("percentage", 1)}
        for item in found
    ]


FORMAT = Format(
    name="dub",
    label="Dub",
    heads={CSV: (names("shortlink destinationurl"), names("link url")), JSON: (names("domain key url"),)},
    read=read,
)
