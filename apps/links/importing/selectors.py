"""Reads about imports, each limited to what the actor may see."""

from collections.abc import Iterator, Sequence
from typing import Final
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from apps.accounts import policy
from apps.accounts.models import Workspace
from apps.accounts.policy import Action, Actor
from apps.common.csv_files import table
from apps.common.errors import NotFound
from apps.links.importing.models import ImportJob, ImportRow, Outcome

_COLUMNS: Final = ("line", "outcome", "code", "new_code", "destination_url", "problem", "message")
_AT_ONCE: Final = 1_000


def get_job(*, actor: Actor, public_id: UUID) -> ImportJob:
    """The import with its workspace and domain. Raises NotFound alike for one that is not there and one of others, and
    PermissionDenied when `actor` may see links of the workspace but not make any."""
    job = ImportJob.objects.select_related("workspace", "domain", "owner").filter(public_id=public_id).first()
    bound = policy.bound_domain(actor)
    if job is None or (bound is not None and not (job.is_bound and job.domain_id == bound)):
        # In the words of the policy: what is there and what is not are answered alike.
        raise NotFound(_("There is no such thing here."))
    policy.require(actor, Action.LINK_CREATE, job)
    return job


def list_jobs(*, actor: Actor, workspace: Workspace) -> QuerySet[ImportJob]:
    """Imports of the workspace, newest first. Raises NotFound or PermissionDenied when `actor` may not make links there."""
    policy.require_in_workspace(actor, Action.LINK_CREATE, workspace)
    jobs = ImportJob.objects.filter(workspace=workspace).select_related("owner")
    bound = policy.bound_domain(actor)
    jobs = jobs if bound is None else jobs.filter(domain=bound, is_bound=True)
    return jobs.order_by("-created_at", "-pk")


def problems(job: ImportJob, *, most: int) -> Sequence[ImportRow]:
    """The first rows about which there is something to say."""
    return list(job.rows.exclude(message="").order_by("pk")[:most])


def report(job: ImportJob) -> Iterator[bytes]:
    """What became of each row, as a CSV file; no cell does anything in a spreadsheet."""
    return table(_COLUMNS, _blocks(job))


def _blocks(job: ImportJob) -> Iterator[Sequence[Sequence[object]]]:
    last = 0
    while rows := list(job.rows.filter(pk__gt=last).order_by("pk").values_list("pk", *_COLUMNS)[:_AT_ONCE]):
        yield [row[1:] for row in rows]
        last = rows[-1][0]


def counted(job: ImportJob) -> Sequence[tuple[Outcome, int]]:
    """Rows by what became of them, without those that nothing became."""
    return [(outcome, number) for outcome in Outcome if (number := job.counts.get(str(outcome), 0))]
