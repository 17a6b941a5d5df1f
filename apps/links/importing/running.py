"""Working through a file, batch by batch. Each batch is one transaction with its place in the file, so that work that was
cut off goes on behind the last whole batch, and nothing is done twice."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Final

import structlog
from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from apps.accounts import policy
from apps.accounts.audit.actions import AuditAction
from apps.accounts.audit.recording import record
from apps.accounts.models import User
from apps.accounts.policy import Action
from apps.common.errors import DomainError, NotFound
from apps.links import storing
from apps.links.importing import uploads, writing
from apps.links.importing.errors import FileBroken, LostHold
from apps.links.importing.models import ImportJob, JobState, Outcome
from apps.links.importing.places import places_of
from apps.links.importing.planning import Planned, Planner
from apps.links.importing.recognising import FORMATS, read_links
from apps.links.importing.records import FileRow
from apps.links.importing.updating import update

log = structlog.get_logger(__name__)

# Links of one transaction: enough that statements cost little, few enough that locks are held for a moment.
BATCH: Final = 1_000
# A code that is taken between the look-up and the insert is seen at the next look-up.
_TRIES: Final = 5

Clock = Callable[[], datetime]


def work(job: ImportJob, *, clock: Clock, advance: Callable[[int], None] = lambda _rows: None) -> ImportJob:
    """Look through the file of a job that is being checked, or import that of one that is being imported, from where it was
    left to its end; `advance` is told of rows as they are dealt with.

    Returns without an end when another process works on it. Raises the database's errors when it goes away; call it again then.
    """
    try:
        _take_up(job)
        advance(job.position)
        planner = Planner(workspace_id=job.workspace_id, on_clash=job.on_clash, remembers=job.state == JobState.CHECKING)
        for rows in _batches(job):
            _deal_with(rows, job, planner, clock=clock)
            advance(len(rows))
        _finish(job, now=clock())
    except FileBroken as error:
        _fail(job, str(error), now=clock())
    except DomainError as error:
        _fail(job, error.message, now=clock())
    except LostHold:
        log.info("import_left_to_another", import_id=job.pk)
    return job


def _take_up(job: ImportJob) -> None:
    """What a look through a file has seen is not kept: it begins anew."""
    if job.state == JobState.CHECKING and job.position:
        with transaction.atomic():
            _hold(job, position=0, counts={}, touched_at=job.touched_at)
            job.rows.all().delete()


def _batches(job: ImportJob) -> Iterator[Sequence[FileRow]]:
    """Raises FileBroken when there are more rows than may be imported at once."""
    rows = islice(read_links(uploads.path_of(job.public_id), format_=FORMATS[job.format]), job.position, None)
    while batch := list(islice(rows, BATCH)):
        if job.position + len(batch) > settings.IMPORT_MAX_LINKS:
            limit = {"limit": settings.IMPORT_MAX_LINKS}
            raise FileBroken(_("The file has more than %(limit)d links. Cut it into several.") % limit)
        yield batch


def _deal_with(rows: Sequence[FileRow], job: ImportJob, planner: Planner, *, clock: Clock) -> None:
    for left in reversed(range(_TRIES)):
        now = clock()
        actor = _actor(job)
        planned = planner.plan(rows, places=places_of(job), now=now)
        for one in planned if job.state == JobState.IMPORTING else ():
            if one.draft is not None and one.outcome is Outcome.CREATED:
                one.draft.hash_password()
        try:
            with transaction.atomic():
                _store(planned, job, actor, len(rows), now=now)
        except IntegrityError:
            if not left:
                raise
        else:
            return


def _store(planned: Sequence[Planned], job: ImportJob, actor: User, number: int, *, now: datetime) -> None:
    """Do what is planned, if this is no mere look. The job's row is the first that is locked, and the last that is written:
    who has lost it, loses the whole transaction."""
    if not ImportJob.objects.select_for_update().filter(pk=job.pk, state=job.state, position=job.position).exists():
        raise LostHold
    if job.state == JobState.IMPORTING:
        made = [one.draft for one in planned if one.draft is not None and one.outcome is Outcome.CREATED]
        storing.store(made, workspace_id=job.workspace_id, actor=actor, now=now)
        for one in planned:
            if one.outcome is Outcome.UPDATED:
                update(one, actor=actor, now=now)
    writing.report(planned, job=job)
    counts = Counter(job.counts) + Counter(str(one.outcome) for one in planned)
    _hold(job, position=job.position + number, counts=dict(counts), touched_at=now)


def _actor(job: ImportJob) -> User:
    """Who imports, if they still may. Raises NotFound or PermissionDenied."""
    user = User.objects.filter(pk=job.owner_id or 0).first()
    if user is None:
        raise NotFound(_("Whoever began this import has no account any more."))
    policy.require_in_workspace(user, Action.LINK_CREATE, job.workspace)
    return user


def _hold(job: ImportJob, **values: object) -> None:
    """Write `values` if nobody else has moved the job on or stopped it. Raises LostHold."""
    if not ImportJob.objects.filter(pk=job.pk, state=job.state, position=job.position).update(**values):
        raise LostHold
    for name, value in values.items():
        setattr(job, name, value)


@transaction.atomic
def _finish(job: ImportJob, *, now: datetime) -> None:
    is_check = job.state == JobState.CHECKING
    state = JobState.CHECKED if is_check else JobState.DONE
    if not is_check:
        after = {"format": job.format, "rows": job.position, **job.counts}
        record(action=AuditAction.LINKS_IMPORTED, actor=job.owner, target=job, after=after)
        transaction.on_commit(lambda: uploads.discard(job.public_id))
    _hold(job, state=state, total=job.position, touched_at=now, finished_at=now)


def _fail(job: ImportJob, problem: str, *, now: datetime) -> None:
    """What has been imported stays; the rest of the file is of no use."""
    try:
        with transaction.atomic():
            if job.state == JobState.IMPORTING:
                after = {"format": job.format, "rows": job.position, **job.counts, "problem": problem}
                record(action=AuditAction.LINKS_IMPORTED, actor=job.owner, target=job, after=after)
            _hold(job, state=JobState.FAILED, problem=problem[:500], touched_at=now, finished_at=now)
    except LostHold:
        return
    uploads.discard(job.public_id)
