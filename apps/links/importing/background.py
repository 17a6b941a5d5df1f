"""Imports that run without anybody waiting."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

import structlog
from django.db import InterfaceError, OperationalError
from django.utils.translation import gettext as _

from apps.links.importing import uploads
from apps.links.importing.models import RUNNING, ImportJob, JobState
from apps.links.importing.running import Clock, work

log = structlog.get_logger(__name__)

# A batch takes seconds at the most; whoever has not written for so long has been killed.
_SILENCE: Final = timedelta(minutes=2)
# A file that was looked through and then left alone.
_PATIENCE: Final = timedelta(days=7)


def go_on(*, job_id: int, clock: Clock) -> str:
    """Work on the import if it is running; its state in the end. An import that ends in a fault of ours is marked as failed;
    one that lost its database is not, and goes on later. Raises these errors, so that they are logged."""
    job = ImportJob.objects.select_related("workspace", "owner", "domain").filter(pk=job_id, state__in=RUNNING).first()
    if job is None:
        return ""
    try:
        return str(work(job, clock=clock).state)
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        problem = _("Something went wrong on our side. Whoever runs this site finds the reason in its log.")
        values = {"state": JobState.FAILED, "problem": problem, "finished_at": clock()}
        ImportJob.objects.filter(pk=job_id, state__in=RUNNING).update(**values)
        log.exception("import_failed", import_id=job_id)
        raise


def look_after(*, now: datetime, start: Callable[[int], object]) -> int:
    """`start` imports (ids) that are running and have been silent for minutes; their number. Imports that nobody has wanted to go
    on with for days are ended, and their files removed."""
    silent = ImportJob.objects.filter(state__in=RUNNING, touched_at__lt=now - _SILENCE).values_list("pk", flat=True)
    ids = list(silent.order_by("pk")[:100])
    for job_id in ids:
        start(job_id)
    for job in ImportJob.objects.filter(state=JobState.CHECKED, touched_at__lt=now - _PATIENCE)[:100]:
        if ImportJob.objects.filter(pk=job.pk, state=JobState.CHECKED).update(state=JobState.CANCELLED, finished_at=now):
            uploads.discard(job.public_id)
    return len(ids)
