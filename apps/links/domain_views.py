"""Pages on which a workspace's domains are added and managed."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from apps.accounts import policy
from apps.accounts.policy import Action
from apps.accounts.workspaces.current import current_workspace
from apps.common.access import logged_in_only
from apps.links import domains, selectors
from apps.links.domain_checks import is_record_lost
from apps.links.domain_errors import DomainRefused, NotVerified
from apps.links.domain_forms import DomainSettingsForm, NewDomainForm, RemoveDomainForm, initial_settings
from apps.links.models import Domain

UNPROCESSABLE = 422


@logged_in_only
@require_http_methods(["GET", "HEAD", "POST"])
def list_view(request: HttpRequest) -> HttpResponse:
    """The workspace's domains, and the form that adds one."""
    workspace, now = current_workspace(request), timezone.now()
    form = NewDomainForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            domain = domains.add_domain(actor=request.user, workspace=workspace, hostname=form.cleaned_data["hostname"], now=now)
        except DomainRefused as error:
            form.add_refusal(error)
        else:
            messages.success(request, _("Domain added. Write the record below into its DNS."))
            return redirect("analytics:domain", domain.hostname)
    listed = selectors.list_domains(actor=request.user, workspace=workspace)
    context = {
        "form": form,
        "rows": [(domain, is_record_lost(domain, now=now)) for domain in listed],
        "may_manage": Action.DOMAIN_MANAGE in policy.allowed_actions(request.user, workspace.pk),
    }
    return render(request, "links/domains.html", context, status=UNPROCESSABLE if form.errors else 200)


@logged_in_only
@require_POST
def check(request: HttpRequest, hostname: str) -> HttpResponse:
    """Look at the DNS now."""
    domain = _managed(request, hostname)
    try:
        domains.verify_domain(actor=request.user, domain=domain, now=timezone.now())
    except NotVerified as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("The record is there: links can be made on this domain."))
    return redirect("analytics:domain", domain.hostname)


@logged_in_only
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, hostname: str) -> HttpResponse:
    domain = _managed(request, hostname)
    form = DomainSettingsForm(request.POST or None, initial=initial_settings(domain))
    if request.method == "POST" and form.is_valid():
        try:
            domains.edit_domain(actor=request.user, domain=domain, changes=form.settings())
        except DomainRefused as error:
            form.add_refusal(error)
        else:
            messages.success(request, _("Changes saved."))
            return redirect("analytics:domain", domain.hostname)
    return render(request, "links/domain_edit.html", {"form": form, "domain": domain}, status=UNPROCESSABLE if form.errors else 200)


@logged_in_only
@require_http_methods(["GET", "HEAD", "POST"])
def remove(request: HttpRequest, hostname: str) -> HttpResponse:
    domain = _managed(request, hostname)
    form = RemoveDomainForm(request.POST or None, domain=domain)
    if request.method == "POST" and form.is_valid():
        try:
            domains.remove_domain(actor=request.user, domain=domain)
        except DomainRefused as error:
            form.add_refusal(error)
        else:
            messages.success(request, _("Domain removed."))
            return redirect("links:domains")
    return render(request, "links/domain_remove.html", {"form": form, "domain": domain}, status=UNPROCESSABLE if form.errors else 200)


def _managed(request: HttpRequest, hostname: str) -> Domain:
    workspace = current_workspace(request)
    return selectors.get_domain(actor=request.user, workspace=workspace, hostname=hostname, action=Action.DOMAIN_MANAGE)
