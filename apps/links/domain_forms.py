"""What people type about domains. Rules are the services'; forms only read the fields."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.common.errors import DomainError
from apps.links.domains import DomainSettings
from apps.links.inputs import MAX_INPUT, PLAIN
from apps.links.models import Domain


class _DomainForm(forms.Form):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})

    def add_refusal(self, error: DomainError) -> None:
        """Show a refusal of the service at the field that it names."""
        self.add_error(error.field if error.field in self.fields else None, error.message)


class NewDomainForm(_DomainForm):
    hostname = forms.CharField(
        label=_("Host name"),
        help_text=_("A name that is yours and that leads to this site, best a short one below your own domain."),
        max_length=MAX_INPUT,
        widget=forms.TextInput(attrs={**PLAIN, "inputmode": "url", "placeholder": "go.example.com"}),
    )


class RemoveDomainForm(_DomainForm):
    """Removing asks for the host name, so that it is not done by habit."""

    hostname = forms.CharField(
        label=_("Type the host name to confirm"), max_length=MAX_INPUT, widget=forms.TextInput(attrs={**PLAIN, "autofocus": True})
    )

    def __init__(self, *args: Any, domain: Domain, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.domain = domain

    def clean_hostname(self) -> str:
        hostname: str = self.cleaned_data["hostname"].strip().lower()
        if hostname != self.domain.hostname:
            raise forms.ValidationError(_("Type the host name as it stands above."))
        return hostname


def _url_field(label: Any, help_text: Any) -> forms.CharField:
    widget = forms.TextInput(attrs={**PLAIN, "inputmode": "url", "placeholder": "https://www.example.com/"})
    return forms.CharField(label=label, help_text=help_text, required=False, max_length=MAX_INPUT, widget=widget)


def _lines_field(label: Any, help_text: Any, example: str) -> forms.CharField:
    widget = forms.Textarea(attrs={**PLAIN, "rows": 3, "placeholder": example})
    return forms.CharField(label=label, help_text=help_text, required=False, max_length=MAX_INPUT, widget=widget)


class DomainSettingsForm(_DomainForm):
    """Where lost visitors go, and the apps that open the domain's links, a line each."""

    root_url = _url_field(_("Root"), _("Where visitors go who enter the domain alone. Empty: to this site."))
    not_found_url = _url_field(_("Unknown codes"), _("Where visitors go whose code no link has. Empty: they see a page that says so."))
    expired_url = _url_field(_("Expired links"), _("Where visitors of links go that have expired or are used up. Empty: a page says so."))
    apple_app_ids = _lines_field(_("iOS apps"), _("App ID with the team before it, one a line."), "ABCDE12345.com.example.app")
    android_apps = _lines_field(
        _("Android apps"),
        _("Package, then the SHA-256 fingerprint of its signing certificate, one app a line."),
        "com.example.app AB:CD:EF:…",
    )

    def settings(self) -> DomainSettings:
        """The cleaned fields as the service takes them."""
        data = self.cleaned_data
        lines = [line.split() for line in data["android_apps"].splitlines() if line.strip()]
        return DomainSettings(
            root_url=data["root_url"],
            not_found_url=data["not_found_url"],
            expired_url=data["expired_url"],
            apple_app_ids=data["apple_app_ids"].split(),
            android_apps=[{"package": package, "fingerprints": fingerprints} for package, *fingerprints in lines],
        )


def initial_settings(domain: Domain) -> dict[str, str]:
    """Values that the form begins with."""
    apps = (" ".join([app["package"], *app["fingerprints"]]) for app in domain.android_apps)
    urls = {name: getattr(domain, name) for name in ("root_url", "not_found_url", "expired_url")}
    return {**urls, "apple_app_ids": "\n".join(domain.apple_app_ids), "android_apps": "\n".join(apps)}
