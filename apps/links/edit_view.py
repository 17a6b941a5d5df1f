"""The page on which a link is changed: its fields, and its redirect rules step by step."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from apps.accounts.policy import Action
from apps.common.access import logged_in_only
from apps.links import selectors
from apps.links.changes import UNSET
from apps.links.errors import LinkError
from apps.links.forms import EditForm, initial_of
from apps.links.models import Link
from apps.links.revision import revise_link
from apps.links.rule_editor import reading, steps
from apps.links.rule_editor.drafts import Drafts
from apps.links.rule_editor.editor import RuleEditor
from apps.links.rule_editor.translation import UnreadableRule, drafts_of, specs_of
from apps.links.rules import rules_of
from apps.links.sections import sections_of

UNPROCESSABLE = 422


@logged_in_only
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, hostname: str, code: str) -> HttpResponse:
    link = selectors.get_link(actor=request.user, hostname=hostname, code=code, action=Action.LINK_EDIT)
    if request.method != "POST" and code != link.code:
        return redirect("links:edit", link.domain.hostname, link.code)
    stored = drafts_of(rules_of(link))
    if request.method != "POST":
        return _page(request, link, EditForm(initial=initial_of(link)), RuleEditor(stored), stored)
    drafts = reading.read(request.POST) if reading.MARK in request.POST else stored
    if "say" in request.GET:
        return render(request, "links/_rules_say.html", {"editor": RuleEditor(drafts)})
    if "step" in request.POST:
        return _stepped(request, link, drafts, stored)
    return _saved(request, link, drafts, stored, shown=code)


def _stepped(request: HttpRequest, link: Link, drafts: Drafts, stored: Drafts) -> HttpResponse:
    """The page, or its rules alone, after one of the editor's buttons; nothing is saved or judged."""
    step = steps.take(drafts, request.POST["step"], destination_url=request.POST.get("destination_url", ""))
    editor = RuleEditor(step.drafts, focus=step.focus)
    if request.headers.get("HX-Target") == "rules":
        return render(request, "links/_rules.html", {"editor": editor})
    # As initial values, so that what was typed stands there unjudged.
    form = EditForm(initial={name: request.POST.get(name) for name in EditForm.base_fields})
    form.focus_on("")
    return _page(request, link, form, editor, stored)


def _saved(request: HttpRequest, link: Link, drafts: Drafts, stored: Drafts, *, shown: str) -> HttpResponse:
    """`shown` is the code in the page's address, which its form began with even if the link has another since."""
    form, editor = EditForm(request.POST, initial=initial_of(link)), RuleEditor(drafts)
    if form.is_valid():
        try:
            rules = UNSET if drafts == stored else specs_of(drafts)
            changes, new_code = form.changes(), form.new_code(shown)
            revised = revise_link(actor=request.user, link=link, changes=changes, rules=rules, code=new_code, now=timezone.now())
        except UnreadableRule as error:
            editor = editor.unreadable(error)
        except LinkError as error:
            if error.field == "rules":
                editor = editor.refused(error)
            else:
                form.add_link_error(error)
        else:
            messages.success(request, _("Changes saved."))
            return redirect(_address_of(revised))
    form.focus_on(next(iter(form.errors), ""))
    return _page(request, link, form, editor, stored, status=UNPROCESSABLE)


def _page(request: HttpRequest, link: Link, form: EditForm, editor: RuleEditor, stored: Drafts, *, status: int = 200) -> HttpResponse:
    context = {"form": form, "link": link, "editor": editor, "lines": sections_of(link, form, stored), "page_url": _address_of(link)}
    return render(request, "links/edit.html", context, status=status)


@logged_in_only
@require_safe
def check_code(request: HttpRequest, hostname: str, code: str) -> HttpResponse:
    """In words, whether the link can have the code that is being typed; nothing about the one that it has."""
    link = selectors.get_link(actor=request.user, hostname=hostname, code=code, action=Action.LINK_EDIT)
    typed = request.GET.get("code", "").strip()
    check = selectors.check_code(hostname=link.domain.hostname, code=typed, link=link) if typed not in {"", link.code} else None
    return render(request, "links/_code_check.html", {"check": check, "code": typed})


def _address_of(link: Link) -> Any:
    return reverse("analytics:link", args=[link.domain.hostname, link.code])
