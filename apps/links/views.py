"""Pages on which links are made and managed."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.accounts import policy
from apps.accounts.models import Workspace
from apps.accounts.policy import Action
from apps.accounts.workspaces.current import current_workspace
from apps.common.access import logged_in_only
from apps.common.navigation import next_of
from apps.links import selectors, services
from apps.links.errors import LinkError
from apps.links.forms import DeleteForm, NewLinkForm
from apps.links.listed.addresses import ListQuery, read_query
from apps.links.listed.pages import page_of
from apps.links.listed.selectors import list_page
from apps.links.models import Link
from apps.links.pages import domain_choices, row_of, state_filters, tag_filters
from apps.links.search.views import is_search, search_context

UNPROCESSABLE = 422
# Tags offered above the list: as chips, and all told.
TAG_CHIPS = 6
TAGS_OFFERED = 200
DOMAINS_OFFERED = 200


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What this is, for those who are not logged in; others want their numbers."""
    if request.user.is_authenticated:
        return redirect("analytics:dashboard")
    return render(request, "home.html")


@logged_in_only
@require_safe
def list_view(request: HttpRequest) -> HttpResponse:
    query = read_query(request.GET)
    workspace = current_workspace(request)
    context = search_context(request, workspace) if is_search(request) else _list_context(request, query, workspace)
    context["domains"] = domain_choices(query, selectors.usable_domains(actor=request.user, workspace=workspace)[:DOMAINS_OFFERED])
    context["is_fragment"] = is_fragment = request.headers.get("HX-Target") == "links"
    return render(request, context["rows_template"] if is_fragment else "links/list.html", context)


def _list_context(request: HttpRequest, query: ListQuery, workspace: Workspace) -> dict[str, Any]:
    now, actor = timezone.now(), request.user
    tags = tag_filters(query, selectors.list_tags(actor=actor, workspace=workspace)[:TAGS_OFFERED])
    listed = list_page(actor=actor, workspace=workspace, wanted=query.wanted, sort=query.sort, seek=query.seek)
    return {
        "page": page_of(listed, query=query, now=now),
        "query": query,
        "rows_template": "links/_list.html",
        "state_filters": state_filters(query),
        "tag_filters": tags[:TAG_CHIPS],
        "more_tags": tags[TAG_CHIPS:],
    }


@logged_in_only
@require_http_methods(["GET", "HEAD", "POST"])
def create(request: HttpRequest) -> HttpResponse:
    workspace = current_workspace(request)
    policy.require_in_workspace(request.user, Action.LINK_CREATE, workspace)
    asked = {name: request.GET.get(name, "") for name in ("domain", "code")}
    form = NewLinkForm(request.POST or None, initial=asked, domains=selectors.usable_domains(actor=request.user, workspace=workspace))
    if request.method == "POST" and form.is_valid():
        link = _create(request, form, workspace)
        if link is not None:
            return _created(request, link, form)
    template = "links/_create_form.html" if request.headers.get("HX-Target") == "create" else "links/create.html"
    status = UNPROCESSABLE if form.errors else 200
    return render(request, template, {"form": form}, status=status)


def _create(request: HttpRequest, form: NewLinkForm, workspace: Workspace) -> Link | None:
    try:
        return services.create_link(actor=request.user, workspace=workspace, now=timezone.now(), **form.new_link())
    except LinkError as error:
        form.add_link_error(error)
        return None


def _created(request: HttpRequest, link: Link, form: NewLinkForm) -> HttpResponse:
    """A fresh form for the same domain and the new row in place, or the new link's page."""
    if request.headers.get("HX-Target") != "create":
        messages.success(request, _("Link created."))
        return HttpResponseRedirect(f"{_page_of(link)}?new=1")
    fresh = NewLinkForm(initial={"domain": link.domain.hostname}, domains=form.domains.values())
    context = {"form": fresh, "row": row_of(link, now=timezone.now()), "created": True}
    return render(request, "links/_created.html", context)


@logged_in_only
@require_safe
def check_code(request: HttpRequest) -> HttpResponse:
    """In words, whether the code that is being typed can be had on the domain chosen."""
    code = request.GET.get("code", "").strip()
    usable = selectors.usable_domains(actor=request.user, workspace=current_workspace(request))
    form = NewLinkForm(initial={"domain": request.GET.get("domain", "")}, domains=usable)
    check = selectors.check_code(hostname=form.hostname, code=code) if code else None
    return render(request, "links/_code_check.html", {"check": check, "code": code})


@logged_in_only
@require_POST
def set_active(request: HttpRequest, hostname: str, code: str) -> HttpResponse:
    """Disable the link, or enable it with `active=1`."""
    link = selectors.get_link(actor=request.user, hostname=hostname, code=code, action=Action.LINK_EDIT)
    is_active = request.POST.get("active") == "1"
    try:
        services.set_link_active(actor=request.user, link=link, is_active=is_active, now=timezone.now())
    except LinkError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("Link enabled.") if is_active else _("Link disabled. Visitors see a page that says so."))
    return HttpResponseRedirect(next_of(request, default=_page_of(link)))


@logged_in_only
@require_http_methods(["GET", "HEAD", "POST"])
def delete(request: HttpRequest, hostname: str, code: str) -> HttpResponse:
    link = selectors.get_link(actor=request.user, hostname=hostname, code=code, action=Action.LINK_DELETE)
    form = DeleteForm(request.POST or None, link=link)
    if request.method == "POST" and form.is_valid():
        services.delete_link(actor=request.user, link=link, now=timezone.now())
        # The address behind the toast's "Undo".
        messages.success(request, _("Link deleted."), extra_tags=reverse("links:restore", args=[link.domain.hostname, link.code]))
        return redirect("links:list")
    context = {"form": form, "link": link, "short_url": selectors.short_url(link), "page_url": _page_of(link)}
    return render(request, "links/delete.html", context, status=UNPROCESSABLE if form.errors else 200)


@logged_in_only
@require_POST
def restore(request: HttpRequest, hostname: str, code: str) -> HttpResponse:
    link = selectors.get_link(actor=request.user, hostname=hostname, code=code, action=Action.LINK_DELETE)
    services.restore_link(actor=request.user, link=link, now=timezone.now())
    messages.success(request, _("Link restored."))
    return HttpResponseRedirect(next_of(request, default=_page_of(link)))


def _page_of(link: Link) -> Any:
    return reverse("analytics:link", args=[link.domain.hostname, link.code])
