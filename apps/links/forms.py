"""What people type about links. Rules are the services'; forms only read the fields."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.links.changes import UNSET, LinkChanges, LinkOptions, Unset
from apps.links.errors import LinkError
from apps.links.inputs import MAX_INPUT, PLAIN
from apps.links.models import Domain, Link
from apps.links.option_fields import OptionsForm, initial_options

LOCAL_TIME = "%Y-%m-%dT%H:%M"


class _TagsField(forms.CharField):
    """Names separated by commas."""

    def to_python(self, value: Any) -> list[str]:  # type: ignore[override]
        text = super().to_python(value) or ""
        return [name for name in text.split(",") if name.strip()]

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list) else value


def _time_field(label: Any, help_text: Any) -> forms.DateTimeField:
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format=LOCAL_TIME)
    return forms.DateTimeField(label=label, help_text=help_text, required=False, widget=widget)


class LinkForm(OptionsForm):
    """A link's fields, for a new link and for an edit."""

    destination_url = forms.CharField(
        label=_("Destination URL"),
        max_length=MAX_INPUT,
        strip=True,
        widget=forms.TextInput(attrs={**PLAIN, "inputmode": "url", "placeholder": "https://example.com/long/address", "autofocus": True}),
    )
    title = forms.CharField(label=_("Title"), required=False, max_length=MAX_INPUT, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    description = forms.CharField(
        label=_("Description"),
        help_text=_("For you and your team: what the link is for. Search finds it."),
        required=False,
        max_length=MAX_INPUT,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    tags = _TagsField(
        label=_("Tags"),
        required=False,
        max_length=MAX_INPUT,
        widget=forms.TextInput(attrs={"autocomplete": "off", "placeholder": _("news, spring")}),
    )
    valid_from = _time_field(_("Valid from"), _("Before this time visitors see a page that says so."))
    expires_at = _time_field(_("Expires at"), _("From this time on the link leads nowhere."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})

    def add_link_error(self, error: LinkError) -> None:
        """Show a refusal of the service at the field that it names."""
        self.add_error(self.field_of(error), error.message)

    def focus_on(self, name: str) -> None:
        """Give the focus to the field `name` instead of the first; to none when there is no such field."""
        del self.fields["destination_url"].widget.attrs["autofocus"]
        if name in self.fields:
            self.fields[name].widget.attrs["autofocus"] = True

    def changes(self) -> LinkChanges:
        """The cleaned fields as an edit."""
        data = self.cleaned_data
        return LinkChanges(
            destination_url=data["destination_url"],
            title=data["title"],
            description=data["description"] if self.is_sent("description") else UNSET,
            tags=data["tags"],
            valid_from=self._time("valid_from"),
            expires_at=self._time("expires_at"),
            **self.option_values(),
        )

    def _time(self, name: str) -> datetime | Unset | None:
        """The time in the field `name`, or UNSET when it stands as it was shown, which is to the minute."""
        before: datetime | None = self.initial.get(name)
        after: datetime | None = self.cleaned_data[name]
        return UNSET if before and after == before.replace(second=0, microsecond=0) else after


class EditForm(LinkForm):
    """The same for a link that is there, with its code."""

    code = forms.CharField(
        label=_("Code"),
        help_text=_("When you change it, the old code goes on leading here."),
        required=False,
        max_length=MAX_INPUT,
        widget=forms.TextInput(attrs={**PLAIN}),
    )

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"]
        if not code and self.is_sent("code"):
            raise forms.ValidationError(_("A link needs a code. Type the one that it is to have."))
        return code

    def new_code(self, shown: str) -> str | Unset:
        """The code typed in place of `shown`, which the page began with; UNSET when it stands as it was."""
        code: str = self.cleaned_data["code"]
        return code if code and code != shown else UNSET


class NewLinkForm(LinkForm):
    """The same with a code, and with a domain where there is a choice of `domains`, the first of which is the usual one."""

    # Its choices are those of the person.
    domain = forms.ChoiceField(label=_("Domain"), required=False)

    code = forms.CharField(
        label=_("Custom code"),
        required=False,
        max_length=MAX_INPUT,
        widget=forms.TextInput(attrs={**PLAIN, "placeholder": _("made for you")}),
    )

    def __init__(self, *args: Any, domains: Iterable[Domain], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.domains = {domain.hostname: domain for domain in domains}
        if len(self.domains) > 1:
            self.fields["domain"].choices = [(hostname, hostname) for hostname in self.domains]  # type: ignore[attr-defined]
        else:
            del self.fields["domain"]

    @property
    def hostname(self) -> str:
        """Host of the domain that is chosen now."""
        chosen = self["domain"].value() if "domain" in self.fields else None
        return chosen if chosen in self.domains else next(iter(self.domains), "")

    def new_link(self) -> dict[str, Any]:
        """The cleaned fields as keywords of create_link."""
        names = ("destination_url", "code", "title", "description", "tags", "valid_from", "expires_at")
        domain = self.domains.get(self.cleaned_data.get("domain", ""))
        return {name: self.cleaned_data[name] for name in names} | {"domain": domain, "options": LinkOptions(**self.option_values())}


class DeleteForm(forms.Form):
    """Deleting asks for the code, so that it is not done by habit."""

    code = forms.CharField(
        label=_("Type the code to confirm"), max_length=MAX_INPUT, widget=forms.TextInput(attrs={**PLAIN, "autofocus": True})
    )

    def __init__(self, *args: Any, link: Link, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        self.link = link

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"]
        if code != self.link.code:
            raise forms.ValidationError(_("Type the code as it stands above."))
        return code


def initial_of(link: Link) -> dict[str, Any]:
    """Values that an edit form begins with."""
    return {
        "destination_url": link.destination_url,
        "code": link.code,
        "title": link.title,
        "description": link.description,
        "tags": sorted(tag.name for tag in link.tags.all()),
        "valid_from": link.valid_from,
        "expires_at": link.expires_at,
        **initial_options(link),
    }
