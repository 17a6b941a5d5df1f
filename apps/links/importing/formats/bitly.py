"""Bitly: answers of its API, and its CSV, whose names of columns are looked for in several spellings."""

from django.utils.translation import gettext as _

from apps.links.importing.formats import CSV, JSON, Format, names
from apps.links.importing.formats.dub import ARCHIVED
from apps.links.importing.records import LinkRecord
from apps.links.importing.short_links import cut
from apps.links.importing.values import Values

_LINK = ("bitlink", "link", "short_link", "short_url", "id")
_CUSTOM = ("custom_bitlinks", "custom_bitlink", "custom_link", "custom_links", "custom_back_half")


def read(values: Values) -> LinkRecord:
    host, code = cut(values.text(*_LINK))
    customs = [cut(text) for text in values.words(",| ", *_CUSTOM)]
    record = LinkRecord(
        destination_url=values.text("long_url", "destination", "destination_url", "original_url"),
        code=code,
        hostname=host,
        title=values.text("title"),
        tags=values.words(",|", "tags"),
        created_at=values.moment("created_at", "created", "date_created", "creation_date"),
        expires_at=values.moment("expiration_at"),
        click_count=values.count("clicks", "total_clicks", "engagements", "total_engagements"),
    )
    if customs:
        # The back half that people chose is the code; the hash goes on leading there.
        record.hostname, record.code = customs[0][0] or host, customs[0][1]
        record.aliases = [one for _host, one in [*customs[1:], (host, code)] if one and one != record.code]
    if values.flag("archived"):
        record.tags = [*record.tags, ARCHIVED]
    if values.raw("deeplinks"):
        record.notes.append(_("Not carried over: %(what)s.") % {"what": _("links into apps")})
    return record


_CSV = tuple(names(f"longurl {name}") for name in ("bitlink", "link", "shortlink", "id"))
FORMAT = Format(name="bitly", label="Bitly", heads={CSV: _CSV, JSON: (names("longurl link"), names("longurl id"))}, read=read)
