"""Polr: SQL dumps of its tables."""

from django.utils.translation import gettext as _

from apps.links.importing.formats import Format, names
from apps.links.importing.records import LinkRecord
from apps.links.importing.values import Values


def read(values: Values) -> LinkRecord:
    record = LinkRecord(
        destination_url=values.text("long_url"),
        code=values.text("short_url"),
        created_at=values.moment("created_at"),
        click_count=values.count("clicks"),
        is_active=not values.flag("is_disabled"),
        # Who knew the key that belongs into the address got in; nobody else must.
        is_protected=bool(values.text("secret_key").strip()),
    )
    if record.is_protected:
        record.notes.append(_("It was a secret link: addresses with its key do not work any more."))
    return record


FORMAT = Format(name="polr", label="Polr", heads={"sql": (names("shorturl longurl secretkey"),)}, read=read)
