"""Pages on which files of links are looked through and imported."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.accounts import policy
from apps.accounts.policy import Action
from apps.accounts.workspaces.current import current_workspace
from apps.common.access import logged_in_only
from apps.common.streams import streamed
from apps.links.errors import LinkError
from apps.links.importing import selectors, services
from apps.links.importing.errors import ImportRefused
from apps.links.importing.forms import BeginForm, ImportForm
from apps.links.importing.models import ImportJob, JobState
from apps.links.importing.recognising import FORMATS
from apps.links.selectors import usable_domains

UNPROCESSABLE = 422
# Rows of the report on the page; all are in the file.
_SHOWN = 100
_DOMAINS = 200


@logged_in_only
@require_http_methods(["GET", "HEAD", "POST"])
def index(request: HttpRequest) -> HttpResponse:
    """The form, and earlier imports."""
    workspace = current_workspace(request)
    policy.require_in_workspace(request.user, Action.LINK_CREATE, workspace)
    domains = usable_domains(actor=request.user, workspace=workspace)[:_DOMAINS]
    form = ImportForm(request.POST or None, request.FILES or None, domains=domains)
    if request.method == "POST" and form.is_valid():
        try:
            job = services.begin_check(actor=request.user, workspace=workspace, now=timezone.now(), **form.choices())
        except ImportRefused as error:
            form.add_refusal(error)
        except LinkError as error:
            form.add_error("domain", error.message)
        else:
            return redirect("links:import", job.public_id)
    jobs = selectors.list_jobs(actor=request.user, workspace=workspace)[: services.KEPT]
    labels = [format_.label for format_ in FORMATS.values()]
    context = {"form": form, "jobs": jobs, "formats": labels}
    return render(request, "links/imports.html", context, status=UNPROCESSABLE if form.errors else 200)


@logged_in_only
@require_safe
def show(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """How far it is; where it has ended, what became of the rows."""
    job = selectors.get_job(actor=request.user, public_id=public_id)
    is_fragment = request.headers.get("HX-Target") == "import"
    context = {
        "job": job,
        "format": FORMATS[job.format].label,
        "counts": selectors.counted(job),
        "rows": () if job.is_running else selectors.problems(job, most=_SHOWN),
        "shown": _SHOWN,
        "form": BeginForm(initial={"on_clash": job.on_clash}) if job.state == JobState.CHECKED else None,
        "may_stop": job.is_running or job.state == JobState.CHECKED,
    }
    return render(request, "links/_import.html" if is_fragment else "links/import.html", context)


@logged_in_only
@require_POST
def begin(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Import what has been looked through."""
    job = selectors.get_job(actor=request.user, public_id=public_id)
    form = BeginForm(request.POST)
    chosen = form.cleaned_data["on_clash"] if form.is_valid() else ""
    try:
        services.begin_import(actor=request.user, job=job, on_clash=chosen, now=timezone.now())
    except ImportRefused as error:
        messages.error(request, error.message)
    return _page_of(job)


@logged_in_only
@require_POST
def stop(request: HttpRequest, public_id: UUID) -> HttpResponse:
    job = selectors.get_job(actor=request.user, public_id=public_id)
    try:
        services.stop(actor=request.user, job=job, now=timezone.now())
    except ImportRefused as error:
        messages.error(request, error.message)
    return _page_of(job)


@logged_in_only
@require_safe
def report(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """What became of each row, as a CSV file."""
    job = selectors.get_job(actor=request.user, public_id=public_id)
    headers = {"Content-Disposition": 'attachment; filename="import-report.csv"', "Cache-Control": "private, no-store"}
    # The guard of pages knows no streams.
    return streamed(request, selectors.report(job), content_type="text/csv; charset=utf-8", headers=headers)  # type: ignore[return-value]


def _page_of(job: ImportJob) -> HttpResponse:
    return redirect("links:import", job.public_id)
