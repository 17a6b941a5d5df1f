"""The list of pages beside each page of one's own account."""

from dataclasses import dataclass

from django import template
from django.template.context import RequestContext
from django.urls import reverse
from django.utils.functional import Promise

from apps.accounts.sections import SECTIONS, Section

register = template.Library()


@dataclass(frozen=True, slots=True)
class Entry:
    url: str
    label: str | Promise
    # "page" for the present one, "true" for one that the present one lies below, "" for others.
    current: str


@register.simple_tag(takes_context=True)
def account_sections(context: RequestContext) -> list[Entry]:
    """The sections, and which of them is shown."""
    request = context["request"]
    name = request.resolver_match.view_name if request.resolver_match else ""
    found = ((section, reverse(section.url_name)) for section in SECTIONS)
    return [Entry(url, section.label, _current(section, url, path=request.path, name=name)) for section, url in found]


def _current(section: Section, url: str, *, path: str, name: str) -> str:
    if path == url:
        return "page"
    return "true" if path.startswith(url) or name in section.also else ""
