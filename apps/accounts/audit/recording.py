"""Writing to the audit log."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import structlog
from django.contrib.auth.models import AnonymousUser
from django.db import models, transaction
from django.utils import timezone

from apps.accounts.audit import context, values
from apps.accounts.audit.actions import AuditAction
from apps.accounts.models import AuditLog, User, Workspace
from apps.accounts.models.audit import LABEL_MAX_LENGTH
from apps.common.copying import copy_models, next_keys

# Has a handler of its own in settings: one JSON object a line.
log = structlog.get_logger("audit")

_NOTHING: Mapping[str, Any] = {}
# Rows from which on COPY is quicker than INSERT.
_MANY: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing that was done; see `record`."""

    action: AuditAction
    actor: object | None
    target: object | None = None
    target_label: str = ""
    workspace_id: int | None = None
    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None


def record(
    *,
    action: AuditAction,
    actor: object | None,
    target: object | None = None,
    target_label: str = "",
    workspace_id: int | None = None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    """Add a row in the caller's transaction, and a line to the log once that has committed. One query.

    `actor` is a user, an actor of the policy or nobody. `target` is a stored model's instance; its name
    is `target_label` or what it calls itself, its workspace that of the target unless said. Of `before`
    and `after` the fields in which they differ are kept, without values of secrets. Address, request and
    API key are those of the present request (apps.accounts.audit.context).
    """
    entry = Entry(
        action=action,
        actor=actor,
        target=target,
        target_label=target_label,
        workspace_id=workspace_id,
        before=before,
        after=after,
    )
    record_all([entry])


def record_all(entries: Sequence[Entry]) -> None:
    """The same for several at once, in one query; none for no entry."""
    if not entries:
        return
    rows = [_row(entry) for entry in entries]
    if len(rows) == 1:
        rows[0].save(force_insert=True)
    elif len(rows) < _MANY:
        AuditLog.objects.bulk_create(rows)
    else:
        for row, key in zip(rows, next_keys(AuditLog, len(rows)), strict=True):
            row.pk = key
        copy_models(rows)
    transaction.on_commit(partial(_write_lines, rows))


def _row(entry: Entry) -> AuditLog:
    origin = context.current()
    before, after = values.changed(entry.before or _NOTHING, entry.after or _NOTHING)
    user = _person(entry.actor)
    kind, key, name, workspace_id = _target(entry.target)
    return AuditLog(
        occurred_at=timezone.now(),
        actor_id=user.pk if user else None,
        actor_label=values.text(str(user), limit=LABEL_MAX_LENGTH) if user else "",
        via=origin.via,
        action=entry.action,
        target_type=kind,
        target_id=key,
        target_label=values.text(entry.target_label or name, limit=LABEL_MAX_LENGTH),
        workspace_id=workspace_id if entry.workspace_id is None else entry.workspace_id,
        before=before,
        after=after,
        address=values.kept_address(origin.address),
        request_id=origin.request_id,
        api_key_prefix=origin.api_key_prefix,
    )


def _person(actor: object | None) -> User | None:
    """The user behind an actor of the policy: somebody in the back office, say, or who came with a key."""
    user = actor if isinstance(actor, User | AnonymousUser) else getattr(actor, "user", None)
    return user if isinstance(user, User) else None


def _target(target: object | None) -> tuple[str, str, str, int | None]:
    """Kind, id, name and workspace."""
    if not isinstance(target, models.Model):
        return "", "", "" if target is None else str(target), None
    workspace_id = target.pk if isinstance(target, Workspace) else getattr(target, "workspace_id", None)
    return str(target._meta.model_name), str(target.pk), str(target), workspace_id


def _write_lines(rows: Sequence[AuditLog]) -> None:
    for row in rows:
        log.info(
            str(row.action),
            id=row.pk,
            occurred_at=row.occurred_at.isoformat(),
            actor_id=row.actor_id,
            actor=row.actor_label,
            via=str(row.via),
            target_type=row.target_type,
            target_id=row.target_id,
            target=row.target_label,
            workspace_id=row.workspace_id,
            before=row.before,
            after=row.after,
            address=row.address,
            api_key=row.api_key_prefix,
        )
