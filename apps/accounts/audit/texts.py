"""Rows of the audit log as people read them."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.utils import formats, timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from apps.accounts.audit.context import Via
from apps.accounts.audit.words import Words, action_in_words, field_in_words
from apps.accounts.models import AuditLog, User


@dataclass(frozen=True, slots=True)
class Difference:
    """One field; None where there was, or is, nothing."""

    field: Words
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Shown:
    """A row with as much of its origin as the reader may know."""

    row: AuditLog
    actor: str
    address: str
    request_id: str
    api_key: str

    @property
    def action(self) -> Words:
        return action_in_words(self.row.action)

    @property
    def differences(self) -> Sequence[Difference]:
        names = {**self.row.before, **self.row.after}
        return [Difference(field_in_words(name), _said(self.row.before, name), _said(self.row.after, name)) for name in names]

    @property
    def about(self) -> str:
        """What the filter is given for all rows about the same thing; "" when there is none."""
        return f"{self.row.target_type}:{self.row.target_id}" if self.row.target_type else ""


def shown(rows: Iterable[AuditLog], *, reader: User | None) -> list[Shown]:
    """`rows` as `reader` may see them; None for whoever reads in the back office.

    Who of the staff has done something, and from where, is not told to others.
    """
    return [_shown(row, reader) for row in rows]


def _shown(row: AuditLog, reader: User | None) -> Shown:
    if reader is not None and row.via == Via.ADMIN and row.actor_id != reader.pk:
        return Shown(row, _("Staff of this site"), "", "", "")
    return Shown(row, row.actor_label or _nobody(row), row.address or "", row.request_id, row.api_key_prefix)


def _nobody(row: AuditLog) -> str:
    return _("This site") if row.via in {Via.COMMAND, Via.TASK} else _("Somebody not logged in")


def _said(values: dict[str, Any], name: str) -> str | None:
    value = values.get(name)
    if value is None or value in ("", [], {}):
        return None
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, str):
        return _moment(value) or value
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return ", ".join(value)
    return json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False, indent=2) if isinstance(value, list | dict) else str(value)


def _moment(text: str) -> str:
    """A stored time in the reader's zone; "" for other texts."""
    try:
        moment = parse_datetime(text) if text[:4].isdigit() and "T" in text else None
    except ValueError:
        return ""
    return formats.date_format(timezone.localtime(moment), "j M Y, H:i") if isinstance(moment, datetime) and moment.tzinfo else ""
