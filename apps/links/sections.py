"""The folded parts of a link's form: each says in a line what is set in it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.links.forms import LinkForm
from apps.links.models import Link
from apps.links.option_fields import UTM_FIELDS
from apps.links.rule_editor.drafts import Drafts

FIELDS: Mapping[str, Sequence[str]] = {
    "when": ("valid_from", "expires_at"),
    "who": ("password", "remove_password", "max_clicks"),
    "how": ("redirect_status", "cache_seconds", "forward_query", "forward_path", "is_crawlable", *UTM_FIELDS),
}


@dataclass(frozen=True, slots=True)
class Section:
    """`text` is what is stored; a section with an error is open."""

    text: str
    is_open: bool


def sections_of(link: Link, form: LinkForm, stored: Drafts) -> dict[str, Section]:
    """The sections of the edit page by name; `stored` are the link's rules."""
    texts = {"when": _when(link), "who": _who(link), "where": _where(stored), "how": _how(link)}
    return {
        name: Section(text, is_open=form.is_bound and any(field in form.errors for field in FIELDS.get(name, ())))
        for name, text in texts.items()
    }


def _when(link: Link) -> str:
    begins, ends = _moment(link.valid_from, _("now")), _moment(link.expires_at, _("never"))
    return _("Valid from: %(begins)s · Expires: %(ends)s") % {"begins": begins, "ends": ends}


def _moment(value: Any, otherwise: str) -> str:
    return date_format(localtime(value), "j M Y, H:i") if value else otherwise


def _who(link: Link) -> str:
    password = _("set") if link.password_hash else _("none")
    if link.max_clicks is None:
        return _("Password: %(password)s · Max clicks: no limit") % {"password": password}
    numbers = {"password": password, "limit": intcomma(link.max_clicks), "used": intcomma(link.redirects_used)}
    return _("Password: %(password)s · Max clicks: %(limit)s, %(used)s used") % numbers


def _where(stored: Drafts) -> str:
    if not stored:
        return _("No rules")
    number = ngettext("%(number)d rule", "%(number)d rules", len(stored)) % {"number": len(stored)}
    return _("%(rules)s, visitors are split") % {"rules": number} if any(rule.is_split for rule in stored) else number


def _how(link: Link) -> str:
    parts = [_("Status: %(status)d") % {"status": link.redirect_status}]
    if link.cache_seconds:
        parts.append(_("kept by browsers for %(seconds)d s") % {"seconds": link.cache_seconds})
    if link.forward_query:
        parts.append(_("passes the query on"))
    if link.forward_path:
        parts.append(_("passes the path on"))
    if link.is_crawlable:
        parts.append(_("open to search engines"))
    if link.utm:
        parts.append(_("UTM defaults"))
    return " · ".join(parts)
