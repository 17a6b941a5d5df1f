"""manage.py links create|list|import|export|stats"""

import sys
from argparse import ArgumentTypeError
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from apps.analytics.errors import AnalyticsUnavailable
from apps.analytics.ranges import read_range
from apps.analytics.selectors import link_report
from apps.links.command_line import acts
from apps.links.command_line.output import shown
from apps.links.command_line.people import Whose, whose
from apps.links.exporting.formats import ExportFormat
from apps.links.importing import selectors as imports
from apps.links.importing.models import ImportJob, OnClash
from apps.links.importing.recognising import FORMATS
from apps.links.listed.selectors import ListFilter
from apps.links.models import LinkState
from apps.links.selectors import get_link

# Rows of a report that are shown.
_SHOWN = 20


class Command(BaseCommand):
    help = "Make, list, import and export links, and tell their clicks."

    def add_arguments(self, parser: CommandParser) -> None:
        acts_ = parser.add_subparsers(dest="act", required=True, metavar="create|list|import|export|stats")
        for name, help_, add in (
            ("create", "make a link", _create_arguments),
            ("list", "the newest links first", _list_arguments),
            ("import", "links from a file of ours or of another shortener", _import_arguments),
            ("export", "links as CSV or JSON", _export_arguments),
            ("stats", "clicks of a link", _stats_arguments),
        ):
            sub = acts_.add_parser(name, help=help_, description=help_)
            sub.add_argument("--owner", default="", metavar="EMAIL", help="who acts")
            sub.add_argument("--workspace", default="", metavar="ID|NAME", help="where; the usual one of --owner if left out")
            sub.add_argument("--json", action="store_true", dest="as_json", help="for programs")
            add(sub)

    def handle(self, *_args: Any, act: str, owner: str, workspace: str, as_json: bool, **options: Any) -> None:
        who = whose(owner=owner, workspace=workspace)
        getattr(self, f"_{act}")(who, as_json=as_json, **{name: options[name] for name in _OPTIONS[act]})

    def _create(self, who: Whose, *, as_json: bool, **values: Any) -> None:
        values["tags"] = values.pop("tag")
        link = acts.create(who, now=timezone.now(), **values)
        self.stdout.write(shown([acts.row_of(link)], as_json=as_json))

    def _list(self, who: Whose, *, as_json: bool, limit: int, tag: str, domain: str, state: str) -> None:
        links = acts.list_(who, wanted=ListFilter(tag=tag, domain=domain, state=state), limit=limit)
        self.stdout.write(shown([acts.row_of(link) for link in links], as_json=as_json))

    def _import(
        self, who: Whose, *, as_json: bool, file: Path | None, dry_run: bool, resume: UUID | None, ours_only: bool, **choices: Any
    ) -> None:
        if resume is not None:
            self._tell(acts.resume(who, resume, clock=timezone.now), as_json=as_json)
            return
        if file is None:
            raise CommandError("FILE: name the file to import, or an import to go on with (--resume)")
        job = acts.import_(
            who,
            file,
            clock=timezone.now,
            tell=self.stderr.write,
            takes_other_hosts=not ours_only,
            is_checked_first=dry_run,
            **choices,
        )
        self._tell(job, as_json=as_json)

    def _tell(self, job: ImportJob, *, as_json: bool) -> None:
        counts = {str(outcome): number for outcome, number in imports.counted(job)}
        summary = {"id": str(job.public_id), "state": job.state, "format": job.format, "rows": job.position, **counts}
        rows = [
            {"line": row.line, "outcome": row.outcome, "code": row.code, "new_code": row.new_code, "message": row.message}
            for row in imports.problems(job, most=_SHOWN)
        ]
        if as_json:
            self.stdout.write(shown([{**summary, "problems": rows}], as_json=True))
            return
        self.stdout.write(shown([summary], as_json=False))
        if rows:
            self.stdout.write("")
            self.stdout.write(shown(rows, as_json=False))

    def _export(self, who: Whose, *, as_json: bool, file: Path | None, search: str, tag: str, domain: str, state: str, **more: Any) -> None:
        is_json = as_json or (file is not None and file.suffix == ".json")
        format_ = ExportFormat.JSON if is_json else ExportFormat.CSV
        wanted = ListFilter(tag=tag, domain=domain, state=state)
        chosen = {"format_": format_, "wanted": wanted, "search": search, "now": timezone.now(), **more}
        if file is None:
            acts.export(who, out=sys.stdout.buffer, **chosen)
            return
        try:
            with file.open("wb") as out:
                acts.export(who, out=out, **chosen)
        except OSError as error:
            raise CommandError(f"FILE: {error}") from None
        self.stderr.write(f"written to {file}")

    def _stats(self, who: Whose, *, as_json: bool, link: str, range_: str, bots: bool) -> None:
        host, _slash, code = link.rpartition("/")
        with acts.named():
            found = get_link(actor=who.user, hostname=host.rpartition("/")[2], code=code)
        chosen = read_range(range_)
        period = chosen.period(now=timezone.now(), tz=ZoneInfo("UTC"))
        try:
            report = link_report(link_id=found.pk, period=period, include_bots=bots)
        except AnalyticsUnavailable as error:
            raise CommandError(str(error)) from error
        row = {
            "short_url": acts.row_of(found)["short_url"],
            "all_clicks": found.click_count,
            "range": chosen.name,
            "clicks": report.totals.clicks,
            "visitors": report.totals.visitors,
            "bots": report.totals.bots,
        }
        self.stdout.write(shown([row], as_json=as_json))


def _create_arguments(parser: CommandParser) -> None:
    parser.add_argument("destination_url", metavar="URL")
    parser.add_argument("--code", default="")
    parser.add_argument("--domain", default="", metavar="HOST")
    parser.add_argument("--title", default="")
    parser.add_argument("--description", default="")
    parser.add_argument("--tag", action="append", default=[], help="may be given several times")
    parser.add_argument("--expires-at", type=_moment, default=None, metavar="TIME", help="ISO 8601; UTC without a zone")


def _list_arguments(parser: CommandParser) -> None:
    _filters(parser)
    parser.add_argument("--limit", type=int, default=50)


def _import_arguments(parser: CommandParser) -> None:
    parser.add_argument("file", type=Path, nargs="?", metavar="FILE")
    parser.add_argument("--format", choices=list(FORMATS), default="", dest="format_name", help="recognised if left out")
    parser.add_argument("--dry-run", action="store_true", help="only say what would become of each row")
    parser.add_argument("--on-clash", choices=OnClash.values, default=OnClash.SKIP.value, help="what to do where a code is taken")
    parser.add_argument("--domain", default="", metavar="HOST", help="for links on hosts that are no domains of the workspace")
    parser.add_argument("--ours-only", action="store_true", help="refuse links on other hosts instead")
    parser.add_argument("--resume", type=UUID, default=None, metavar="ID", help="go on with an import that was cut off")


def _export_arguments(parser: CommandParser) -> None:
    parser.add_argument("file", type=Path, nargs="?", metavar="FILE", help="CSV, or JSON where its name ends in .json; else it is printed")
    _filters(parser)
    parser.add_argument("--search", default="")
    parser.add_argument("--with-password-hashes", action="store_true", dest="with_hashes", help="to move everything; keep the file safe")


def _stats_arguments(parser: CommandParser) -> None:
    parser.add_argument("link", metavar="HOST/CODE")
    parser.add_argument("--range", default="", dest="range_", metavar="RANGE", help="as on the link's page, such as 24h, 7d or 30d")
    parser.add_argument("--bots", action="store_true", help="with clicks of bots")


def _filters(parser: CommandParser) -> None:
    parser.add_argument("--tag", default="")
    parser.add_argument("--domain", default="", metavar="HOST")
    parser.add_argument("--state", choices=[str(state) for state in LinkState], default="")


def _moment(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is no time such as 2026-12-31T18:00") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


# What each act takes besides the arguments that all have.
_OPTIONS = {
    "create": ("destination_url", "code", "domain", "title", "description", "tag", "expires_at"),
    "list": ("limit", "tag", "domain", "state"),
    "import": ("file", "format_name", "dry_run", "on_clash", "domain", "ours_only", "resume"),
    "export": ("file", "tag", "domain", "state", "search", "with_hashes"),
    "stats": ("link", "range_", "bots"),
}
