"""Imports, from the upload to the end. Times are aware; `now` comes from the edge. All raise NotFound or PermissionDenied when
the actor may not do it, and ImportRefused when it cannot be done."""

from collections.abc import Iterable
from datetime import datetime
from functools import partial
from typing import Final
from uuid import uuid4

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from apps.accounts import policy
from apps.accounts.models import Workspace
from apps.accounts.policy import Action, Actor
from apps.links.domain_rules import place_for
from apps.links.importing import uploads
from apps.links.importing.errors import ImportRefused
from apps.links.importing.models import RUNNING, ImportJob, JobState, OnClash
from apps.links.importing.recognising import FORMATS, recognise
from apps.links.models import Domain

# Imports whose reports are kept, for each workspace.
KEPT: Final = 20


def begin_check(  # noqa: PLR0913 - one keyword a choice
    *,
    actor: Actor,
    workspace: Workspace,
    pieces: Iterable[bytes],
    name: str,
    format_name: str = "",
    domain: Domain | None = None,
    on_clash: str = OnClash.SKIP,
    takes_other_hosts: bool = True,
    is_started: bool = True,
    is_checked_first: bool = True,
    now: datetime,
) -> ImportJob:
    """An import whose file (`pieces`, called `name`) is going to be looked through, by a task unless `is_started` is False.

    Links go to `domain` (None: the default one) unless they name another domain of the workspace. `format_name` "" means:
    recognise it. Without `is_checked_first` it is imported at once. Codes of ImportRefused: those of the file,
    `invalid_choice`, and `import_running`.
    """
    policy.require_in_workspace(actor, Action.LINK_CREATE, workspace)
    if on_clash == OnClash.UPDATE and not is_checked_first:
        policy.require_in_workspace(actor, Action.LINK_EDIT, workspace)
    _require_choice(on_clash, OnClash.values, "on_clash")
    _require_choice(format_name, ["", *FORMATS], "format")
    place = place_for(actor, domain, workspace=workspace)
    job = ImportJob(
        public_id=uuid4(),
        workspace=workspace,
        owner_id=actor.pk,
        domain=place,
        is_bound=policy.bound_domain(actor) is not None,
        takes_other_hosts=takes_other_hosts,
        name=_shown_name(name),
        on_clash=on_clash,
        state=JobState.CHECKING if is_checked_first else JobState.IMPORTING,
        created_at=now,
        touched_at=now,
    )
    job.size = uploads.keep(job.public_id, pieces)
    try:
        job.format = format_name or recognise(uploads.path_of(job.public_id)).name
        _begin(job, is_started=is_started)
    except ImportRefused:
        uploads.discard(job.public_id)
        raise
    _forget_old(workspace)
    return job


def begin_import(*, actor: Actor, job: ImportJob, on_clash: str = "", is_started: bool = True, now: datetime) -> ImportJob:
    """The import of a file that has been looked through; `on_clash` "" stays as it was. Codes of ImportRefused: `wrong_state`,
    `import_running`, `invalid_choice`. It is done by a task unless `is_started` is False."""
    policy.require(actor, Action.LINK_CREATE, job)
    _require_choice(on_clash, ["", *OnClash.values], "on_clash")
    chosen = on_clash or job.on_clash
    if chosen == OnClash.UPDATE:
        policy.require(actor, Action.LINK_EDIT, job)
    values = {"state": JobState.IMPORTING, "on_clash": chosen, "position": 0, "counts": {}, "touched_at": now, "finished_at": None}
    try:
        with transaction.atomic():
            if not ImportJob.objects.filter(pk=job.pk, state=JobState.CHECKED).update(**values):
                raise _wrong_state()
            job.rows.all().delete()
            if is_started:
                transaction.on_commit(partial(_start, job.pk))
    except IntegrityError:
        raise _running() from None
    job.refresh_from_db()
    return job


def stop(*, actor: Actor, job: ImportJob, now: datetime) -> ImportJob:
    """The import, ended where it is; what has been imported stays. Raises ImportRefused `wrong_state` when it has ended."""
    policy.require(actor, Action.LINK_CREATE, job)
    values = {"state": JobState.CANCELLED, "touched_at": now, "finished_at": now}
    if not ImportJob.objects.filter(pk=job.pk, state__in=[*RUNNING, JobState.CHECKED]).update(**values):
        raise _wrong_state()
    uploads.discard(job.public_id)
    job.refresh_from_db()
    return job


def _begin(job: ImportJob, *, is_started: bool) -> None:
    try:
        with transaction.atomic():
            job.save(force_insert=True)
            if is_started:
                transaction.on_commit(partial(_start, job.pk))
    except IntegrityError:
        raise _running() from None


def _start(job_id: int) -> None:
    from apps.links.tasks import go_on_with_import  # noqa: PLC0415 - tasks know services

    go_on_with_import.delay(job_id=job_id)


def _forget_old(workspace: Workspace) -> None:
    """Jobs beyond those that are kept, with their files and reports; running ones stay."""
    old = ImportJob.objects.filter(workspace=workspace).exclude(state__in=RUNNING).order_by("-created_at", "-pk")[KEPT:]
    for job in old:
        uploads.discard(job.public_id)
        job.delete()


def _shown_name(name: str) -> str:
    """The name of a file without folders and what cannot be shown."""
    last = name.replace("\\", "/").rpartition("/")[2]
    return "".join(character for character in last if character.isprintable())[:200] or "links"


def _require_choice(value: str, choices: Iterable[str], field: str) -> None:
    if value not in choices:
        raise ImportRefused(_("Choose one of those that are offered."), code="invalid_choice", field=field)


def _running() -> ImportRefused:
    return ImportRefused(_("Another import of this workspace is running. Wait until it has ended, or stop it."), code="import_running")


def _wrong_state() -> ImportRefused:
    return ImportRefused(_("This import is not in a state in which that can be done."), code="wrong_state")
