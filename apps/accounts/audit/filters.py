"""Which rows of the audit log are asked for."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Final
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.db.models import QuerySet

from apps.accounts.audit import values
from apps.accounts.audit.actions import AuditAction
from apps.accounts.models import AuditLog, User

_MAX_TEXT: Final = 300
_is_code: Final = re.compile(r"[A-Za-z0-9_-]+").fullmatch
_GROUPS: Final = frozenset(action.partition(".")[0] for action in AuditAction)


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditFilter:
    """What a page's fields say; "" and None for anything. Days are the viewer's, both included."""

    actor: str = ""
    # A word of AuditAction, or `link.*` for all about links.
    action: str = ""
    # As it is called, or `kind:id`.
    target: str = ""
    first: date | None = None
    last: date | None = None

    @classmethod
    def read(cls, data: Mapping[str, str]) -> "AuditFilter":
        """From a query string; what makes no sense is left out."""
        action = data.get("action", "")
        return cls(
            actor=_text(data, "actor").lower(),
            action=action if action in set(AuditAction) or action.removesuffix(".*") in _GROUPS else "",
            target=_text(data, "target"),
            first=_day(data.get("from", "")),
            last=_day(data.get("to", "")),
        )

    @property
    def is_empty(self) -> bool:
        return self == AuditFilter()

    @property
    def query(self) -> str:
        """The query string that it is read from."""
        fields = {"actor": self.actor, "action": self.action, "target": self.target, "from": self.first or "", "to": self.last or ""}
        return urlencode({name: str(value) for name, value in fields.items() if value})

    def apply(self, rows: "QuerySet[AuditLog]", *, tz: tzinfo) -> "QuerySet[AuditLog]":
        """Those of `rows` that are meant; days begin at midnight in `tz`."""
        if self.actor:
            user = User.objects.filter(email=self.actor).first()
            # The name that a row keeps finds who is gone.
            rows = rows.filter(actor_id=user.pk) if user else rows.filter(actor_label=self.actor)
        if self.action.endswith(".*"):
            rows = rows.filter(action__startswith=self.action.removesuffix("*"))
        elif self.action:
            rows = rows.filter(action=self.action)
        if self.target:
            rows = _about(rows, self.target)
        if self.first:
            rows = rows.filter(occurred_at__gte=datetime.combine(self.first, time.min, tz))
        if self.last:
            rows = rows.filter(occurred_at__lt=datetime.combine(self.last + timedelta(days=1), time.min, tz))
        return rows


def _about(rows: "QuerySet[AuditLog]", target: str) -> "QuerySet[AuditLog]":
    kind, colon, key = target.partition(":")
    if colon and kind.isidentifier() and key and not key.startswith("//"):
        return rows.filter(target_type=kind, target_id=key)
    parts = urlsplit(target)
    name = f"{parts.netloc}{parts.path}" if parts.scheme in {"http", "https"} else target
    if not _is_code(name):
        return rows.filter(target_label=name)
    # One of the installation's own domain; but a workspace may be called so, too.
    return rows.filter(target_label__in=[name, f"{settings.SHORT_DOMAIN}/{name}"])


def _text(data: Mapping[str, str], name: str) -> str:
    return values.text(data.get(name, "").strip(), limit=_MAX_TEXT)


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    # Beyond, a time zone would leave what a datetime can hold.
    return day if 2000 <= day.year <= 2200 else None
