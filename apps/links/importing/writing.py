"""Keeping what became of the rows of an import."""

from collections.abc import Sequence
from typing import Any

from apps.common.copying import copy_rows
from apps.links.importing.models import ImportJob, ImportRow
from apps.links.importing.planning import Planned


def report(rows: Sequence[Planned], *, job: ImportJob) -> None:
    """Keep what became of the rows."""
    columns = ("job_id", "line", "outcome", "code", "new_code", "destination_url", "problem", "message")
    copy_rows(ImportRow, columns, (_report_cells(row, job) for row in rows))


def _report_cells(row: Planned, job: ImportJob) -> Sequence[Any]:
    texts = (row.code, row.new_code, row.destination_url, row.problem)
    return [job.pk, row.line, str(row.outcome), *map(_storable, texts), _storable(" ".join(row.messages))[:500]]


def _storable(text: str) -> str:
    """`text` without what PostgreSQL cannot hold."""
    return text.replace("\0", "").encode(errors="replace").decode()
