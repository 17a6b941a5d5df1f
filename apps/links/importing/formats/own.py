"""Our own files, as `apps.links.exporting` writes them; a file of one's own with these names is as good."""

from typing import Any

from django.utils.translation import gettext as _

from apps.links.importing.formats import CSV, JSON, Format, names
from apps.links.importing.records import LinkRecord, refusal
from apps.links.importing.values import Values


def read(values: Values) -> LinkRecord:
    record = LinkRecord(
        destination_url=values.text("destination_url"),
        code=values.text("code"),
        hostname=values.text("domain"),
        title=values.text("title"),
        description=values.text("description"),
        tags=values.words(",", "tags"),
        created_at=values.moment("created_at"),
        valid_from=values.moment("valid_from"),
        expires_at=values.moment("expires_at"),
        max_clicks=values.whole("max_clicks"),
        redirects_used=values.count("redirects_used"),
        click_count=values.count("click_count"),
        is_active=values.flag("is_active", usual=True),
        redirect_status=302 if (status := values.whole("redirect_status")) is None else status,
        cache_seconds=values.count("cache_seconds"),
        forward_query=values.flag("forward_query"),
        forward_path=values.flag("forward_path"),
        is_crawlable=values.flag("is_crawlable"),
        utm=_utm(values.json("utm")),
        rules=_rules(values.json("rules")),
        aliases=values.words(", ", "aliases"),
        password_hash=values.text("password_hash"),
    )
    record.is_protected = values.flag("has_password") or bool(record.password_hash)
    if values.flag("is_banned"):
        record.is_active = False
        record.notes.append(_("A moderator had taken it out of service: it is disabled."))
    return record


def _utm(value: Any) -> dict[str, str]:
    if value is None:
        return {}
    if not isinstance(value, dict) or not all(isinstance(item, str) for item in value.values()):
        raise refusal("invalid_utm_name", _("“utm” is not an object with names and texts."))
    return value


def _rules(value: Any) -> list[dict[str, Any]]:
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise refusal("invalid_rules", _("“rules” is not a list of objects."))
    return value


_NAMES = names("code destinationurl")
FORMAT = Format(name="own", label="Shortener", heads={CSV: (_NAMES,), JSON: (_NAMES,)}, read=read, is_ours=True)
