"""The list of pages beside each page of one's own account."""

from dataclasses import dataclass

from django import template
from django.template.context import RequestContext
from django.urls import reverse
from django.utils.functional import Promise

from apps.accounts.sections import SECTIONS

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
    path = context["request"].path
    found = ((reverse(section.url_name), section.label) for section in SECTIONS)
    return [Entry(url, label, "page" if path == url else "true" if path.startswith(url) else "") for url, label in found]
