"""Sink: its JSON export. Its protected passwords cannot be taken over: such links are locked."""

from django.utils.translation import gettext as _

from apps.links.importing.formats import JSON, Format, names
from apps.links.importing.formats.rules_by_place import rules
from apps.links.importing.records import LinkRecord
from apps.links.importing.values import Values


def read(values: Values) -> LinkRecord:
    record = LinkRecord(
        destination_url=values.text("url"),
        code=values.text("slug"),
        title=values.text("title"),
        description=values.text("comment") or values.text("description"),
        tags=values.words(",", "tags"),
        created_at=values.moment("createdAt"),
        expires_at=values.moment("expiration"),
        forward_query=values.flag("redirectWithQuery"),
        is_protected=values.raw("password") not in (None, "", False),
        rules=rules(ios=values.text("apple"), android=values.text("google"), by_country=values.raw("geo")),
    )
    if values.flag("unsafe"):
        record.is_active = False
        record.notes.append(_("It was marked as unsafe: it is disabled."))
    if values.flag("cloaking"):
        record.notes.append(_("Not carried over: %(what)s.") % {"what": _("cloaking")})
    return record


FORMAT = Format(name="sink", label="Sink", heads={JSON: (names("slug url"),)}, read=read)
