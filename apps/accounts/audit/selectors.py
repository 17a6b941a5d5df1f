"""Reads of the audit log, newest first, page after page by the last row seen."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final, TypeAlias

from django.db.models import Q, QuerySet

from apps.accounts import policy
from apps.accounts.audit.filters import AuditFilter
from apps.accounts.models import AuditLog, User, Workspace
from apps.accounts.policy import Action, Actor

PAGE_SIZE: Final = 50
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)

Rows: TypeAlias = "QuerySet[AuditLog]"


@dataclass(frozen=True, slots=True)
class AuditPage:
    """Rows of one page; `after` asks for the next one, "" when there is none."""

    rows: Sequence[AuditLog]
    after: str


def rows_of_workspace(actor: Actor, workspace: Workspace) -> Rows:
    """What was done in `workspace`. Raises NotFound or PermissionDenied when `actor` may not see it."""
    policy.require_in_workspace(actor, Action.AUDIT_VIEW, workspace)
    return AuditLog.objects.filter(workspace_id=workspace.pk)


def rows_of_account(user: User) -> Rows:
    """What was done to the account of `user`: log-ins, sessions, second factors, rights."""
    return AuditLog.objects.filter(target_type="user", target_id=str(user.pk))


def all_rows() -> Rows:
    """Everything, for those who may see it in the back office."""
    return AuditLog.objects.all()


def page(rows: Rows, asked: AuditFilter, *, tz: tzinfo, after: str = "", size: int = PAGE_SIZE) -> AuditPage:
    """The page of `rows` that follows the one whose `after` this is; the first one for "" and for nonsense."""
    found = asked.apply(rows, tz=tz)
    if place := _place(after):
        at, pk = place
        # The first condition alone lets the index begin there.
        found = found.filter(Q(occurred_at__lt=at) | Q(pk__lt=pk), occurred_at__lte=at)
    listed = list(found.order_by("-occurred_at", "-pk")[: size + 1])
    has_more = len(listed) > size
    return AuditPage(listed[:size], _name(listed[size - 1]) if has_more else "")


def blocks(rows: Rows, asked: AuditFilter, *, tz: tzinfo, size: int = 1_000) -> Iterator[Sequence[AuditLog]]:
    """All that is asked for, a query a block, so that neither memory nor a connection is held for long."""
    after = ""
    while True:
        found = page(rows, asked, tz=tz, after=after, size=size)
        if found.rows:
            yield found.rows
        after = found.after
        if not after:
            return


def _name(row: AuditLog) -> str:
    """The place of a row in the order, in whole microseconds."""
    return f"{(row.occurred_at - _EPOCH) // _MICROSECOND}.{row.pk}"


def _place(name: str) -> tuple[datetime, int] | None:
    at, dot, pk = name.partition(".")
    if not (dot and at.isascii() and at.isdigit() and pk.isascii() and pk.isdigit() and len(at) <= 16 and len(pk) <= 18):
        return None
    return _EPOCH + timedelta(microseconds=int(at)), int(pk)
