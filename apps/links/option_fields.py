"""The part of a link's form that says how it sends people on. Forms only read; services judge."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.links.changes import UNSET, Unset
from apps.links.errors import LinkError
from apps.links.inputs import MAX_INPUT, PLAIN
from apps.links.models import RedirectStatus

# UTM parameters that have an input; others that a link has are kept.
UTM_FIELDS = ("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content")

STATUS_CHOICES = [
    (RedirectStatus.FOUND, _("302: for now (usual)")),
    (RedirectStatus.MOVED_PERMANENTLY, _("301: for good, search engines move on")),
    (RedirectStatus.TEMPORARY_REDIRECT, _("307: for now, forms are sent on")),
    (RedirectStatus.PERMANENT_REDIRECT, _("308: for good, forms are sent on")),
]


def _utm_field(label: Any, example: str) -> forms.CharField:
    widget = forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "placeholder": example})
    return forms.CharField(label=label, required=False, max_length=MAX_INPUT, widget=widget)


class OptionsForm(forms.Form):
    """Who may follow, status, caching, what goes along with the visitor, and search engines."""

    # Not hidden while it is typed: it is made up here, to be told to others.
    password = forms.CharField(
        label=_("Password"),
        help_text=_("Visitors type it before they go on."),
        required=False,
        max_length=MAX_INPUT,
        strip=False,
        widget=forms.TextInput(attrs={**PLAIN}),
    )
    remove_password = forms.BooleanField(label=_("Remove the password"), required=False)
    max_clicks = forms.IntegerField(
        label=_("Max clicks"),
        help_text=_("After so many redirects the link leads nowhere."),
        required=False,
        widget=forms.NumberInput(attrs={"min": 1, "placeholder": _("no limit")}),
    )
    redirect_status = forms.TypedChoiceField(
        label=_("Redirect status"), choices=STATUS_CHOICES, coerce=int, empty_value=None, required=False
    )
    cache_seconds = forms.IntegerField(
        label=_("Cache seconds"),
        help_text=_("How long a browser may go on without asking again. What it does then is not counted."),
        required=False,
        widget=forms.NumberInput(attrs={"min": 0, "placeholder": "0"}),
    )
    forward_query = forms.BooleanField(label=_("Pass the query of the short link on to the destination"), required=False)
    forward_path = forms.BooleanField(label=_("Pass what follows the code on to the destination"), required=False)
    is_crawlable = forms.BooleanField(label=_("Search engines may follow this link"), required=False)
    utm_source = _utm_field(_("Source"), "newsletter")
    utm_medium = _utm_field(_("Medium"), "email")
    utm_campaign = _utm_field(_("Campaign"), "spring")
    utm_term = _utm_field(_("Term"), "shoes")
    utm_content = _utm_field(_("Content"), "button")

    @property
    def has_option_errors(self) -> bool:
        """Whether something is wrong in this part of the form, which is folded otherwise."""
        return any(name in self.errors for name in OptionsForm.base_fields)

    def is_sent(self, name: str) -> bool:
        """Whether the request had the field at all; one that is not sent stays as it is."""
        return self.add_prefix(name) in self.data

    def option_values(self) -> dict[str, Any]:
        """The cleaned fields by the names that services have for them; UNSET for what was not sent."""
        data = self.cleaned_data
        sent = self.is_sent
        return {
            "redirect_status": data["redirect_status"] if data["redirect_status"] is not None else UNSET,
            "cache_seconds": (data["cache_seconds"] or 0) if sent("cache_seconds") else UNSET,
            "forward_query": data["forward_query"],
            "forward_path": data["forward_path"],
            "utm": self._utm(),
            "is_crawlable": data["is_crawlable"],
            "max_clicks": data["max_clicks"] if sent("max_clicks") else UNSET,
            "password": self._password(),
        }

    def _password(self) -> str | Unset:
        """The new one, "" to take it away; an empty field leaves it as it is."""
        if self.cleaned_data["remove_password"]:
            return ""
        return self.cleaned_data["password"] or UNSET

    def _utm(self) -> dict[str, str] | Unset:
        if not any(map(self.is_sent, UTM_FIELDS)):
            return UNSET
        before: dict[str, str] = self.initial.get("utm") or {}
        others = {name: value for name, value in before.items() if name not in UTM_FIELDS}
        typed = {name: self.cleaned_data[name] for name in UTM_FIELDS if self.cleaned_data[name]}
        return others | typed

    def field_of(self, error: LinkError) -> str | None:
        """Name of the field at which `error` is shown; None: above the form."""
        if error.field == "utm":
            return next((name for name in UTM_FIELDS if name in error.message), UTM_FIELDS[0])
        return error.field if error.field in self.fields else None


def initial_options(link: Any) -> dict[str, Any]:
    """Values that the fields begin with."""
    names = ("redirect_status", "cache_seconds", "forward_query", "forward_path", "utm", "is_crawlable", "max_clicks")
    return {name: getattr(link, name) for name in names} | {name: link.utm.get(name, "") for name in UTM_FIELDS}
