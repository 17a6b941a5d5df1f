"""Kutt: answers of its API, SQL dumps of its tables and its SQLite file. Passwords come along as the BCrypt hashes that they are."""

from django.utils.translation import gettext as _

from apps.links.importing.formats import JSON, Format, Joined, names
from apps.links.importing.records import LinkRecord
from apps.links.importing.short_links import cut
from apps.links.importing.values import Values


def read(values: Values) -> LinkRecord:
    host, code = cut(values.text("link"))
    password = values.raw("password")
    record = LinkRecord(
        destination_url=values.text("target"),
        code=values.text("address") or code,
        hostname=values.text("domain") or host,
        description=values.text("description"),
        created_at=values.moment("created_at"),
        expires_at=values.moment("expire_in"),
        click_count=values.count("visit_count"),
        is_protected=password not in (None, "", False, 0, "false", "0", "f"),
    )
    if isinstance(password, str) and password.startswith("$2"):
        record.password_hash = f"bcrypt${password}"
    if values.flag("banned"):
        record.is_active = False
        record.notes.append(_("It was banned: it is disabled."))
    return record


_NAMES = names("address target")
FORMAT = Format(
    name="kutt",
    label="Kutt",
    heads={JSON: (_NAMES,), "sql": (names("address target visitcount"),)},
    read=read,
    joined=Joined(names=names("id address homepage"), key="id", value="address", of="domainid", into="domain"),
)
