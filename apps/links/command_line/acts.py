"""Making, listing, importing and exporting links from the command line. Times are aware; all raise CommandError."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO
from uuid import UUID

from django.core.management.base import CommandError
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from apps.common.errors import DomainError, NotFound
from apps.links import selectors
from apps.links.command_line.people import Whose
from apps.links.exporting.formats import ExportFormat
from apps.links.exporting.services import export_links
from apps.links.importing import selectors as imports
from apps.links.importing import services as importing
from apps.links.importing.models import ImportJob, JobState
from apps.links.importing.running import Clock, work
from apps.links.listed.selectors import START, ListFilter, list_page
from apps.links.models import Domain, Link
from apps.links.services import create_link

_PAGE = 100
_PIECE = 1024 * 1024


@contextmanager
def named() -> Iterator[None]:
    """Say of an error which argument it is about."""
    try:
        yield
    except DomainError as error:
        name = {"destination_url": "URL", "file": "FILE", "": ""}.get(error.field, f"--{error.field.replace('_', '-')}")
        raise CommandError(f"{name}: {error.message}" if name else error.message) from None


def row_of(link: Link) -> Mapping[str, Any]:
    """What is told of a link."""
    return {
        "short_url": selectors.short_url(link),
        "destination_url": link.destination_url,
        "title": link.title,
        "tags": sorted(tag.name for tag in link.tags.all()),
        "clicks": link.click_count,
        "created_at": link.created_at,
    }


def create(who: Whose, *, now: datetime, domain: str = "", **values: Any) -> Link:
    with named():
        return create_link(actor=who.user, workspace=who.workspace, domain=_domain(domain), now=now, **values)


def list_(who: Whose, *, wanted: ListFilter, limit: int) -> Sequence[Link]:
    """The newest first, page by page."""
    found: list[Link] = []
    seek = START
    with named():
        while len(found) < limit:
            page = list_page(actor=who.user, workspace=who.workspace, wanted=wanted, seek=seek, size=min(_PAGE, limit - len(found)))
            found += page.links
            if page.following is None:
                break
            seek = page.following
    return found


def export(who: Whose, *, format_: ExportFormat, wanted: ListFilter, search: str, with_hashes: bool, out: BinaryIO, now: datetime) -> None:
    with named():
        pieces = export_links(
            actor=who.user, workspace=who.workspace, format_=format_, wanted=wanted, search=search, with_hashes=with_hashes, now=now
        )
        out.writelines(pieces)


def import_(who: Whose, path: Path, *, clock: Clock, tell: Callable[[str], object], **choices: Any) -> ImportJob:
    """Import the file, or only look through it where `is_checked_first`. `tell` is told the import's id before: whoever goes on with one
    that was cut off wants to know it."""
    domain = _domain(choices.pop("domain"))
    try:
        with path.open("rb") as file, named():
            pieces = iter(lambda: file.read(_PIECE), b"")
            job = importing.begin_check(
                actor=who.user,
                workspace=who.workspace,
                pieces=pieces,
                name=path.name,
                domain=domain,
                is_started=False,
                now=clock(),
                **choices,
            )
    except OSError as error:
        raise CommandError(f"FILE: {error}") from None
    tell(f"import {job.public_id}")
    return _worked(job, clock)


def resume(who: Whose, public_id: UUID, *, clock: Clock) -> ImportJob:
    """Go on with an import that was cut off."""
    try:
        job = imports.get_job(actor=who.user, public_id=public_id)
    except NotFound:
        raise CommandError(f"--resume: there is no import {public_id} here") from None
    return _worked(job, clock) if job.is_running else job


def _worked(job: ImportJob, clock: Clock) -> ImportJob:
    with _bar(job.get_state_display(), job.total) as advance:
        job = work(job, clock=clock, advance=advance)
    if job.state == JobState.FAILED:
        raise CommandError(f"FILE: {job.problem}")
    return job


@contextmanager
def _bar(what: str, total: int | None) -> Iterator[Callable[[int], None]]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, transient=True) as bar:
        task = bar.add_task(what, total=total)
        yield lambda rows: bar.advance(task, rows)


def _domain(hostname: str) -> Domain | None:
    if not hostname:
        return None
    domain = Domain.objects.filter(hostname=hostname.lower()).first()
    if domain is None:
        raise CommandError(f"--domain: there is no domain {hostname!r}")
    return domain
