"""The form that takes a file of links."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.links.importing.errors import ImportRefused
from apps.links.importing.models import OnClash
from apps.links.importing.recognising import FORMATS
from apps.links.models import Domain


class ImportForm(forms.Form):
    """A file, where it comes from, and where its links go. Services judge."""

    file = forms.FileField(
        label=_("File"), help_text=_("CSV, JSON, an SQL dump or a SQLite file. It is looked through first: nothing is made yet.")
    )
    format = forms.ChoiceField(label=_("Comes from"), required=False)
    domain = forms.ChoiceField(
        label=_("Domain"), help_text=_("For links that are on none of your domains, or that name none."), required=False
    )
    ours_only = forms.BooleanField(label=_("Leave out links of other hosts"), required=False)

    def __init__(self, *args: Any, domains: Iterable[Domain], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.domains = {domain.hostname: domain for domain in domains}
        formats = [(name, format_.label) for name, format_ in FORMATS.items()]
        self.fields["format"].choices = [("", _("Recognise it")), *formats]  # type: ignore[attr-defined]
        self.fields["domain"].choices = [(name, name) for name in self.domains]  # type: ignore[attr-defined]

    def choices(self) -> dict[str, Any]:
        """What was chosen, as services take it."""
        data = self.cleaned_data
        return {
            "pieces": data["file"].chunks(),
            "name": data["file"].name,
            "format_name": data["format"],
            "domain": self.domains.get(data["domain"]),
            "takes_other_hosts": not data["ours_only"],
        }

    def add_refusal(self, error: ImportRefused) -> None:
        self.add_error(error.field if error.field in self.fields else None, error.message)


class BeginForm(forms.Form):
    """What to do where a code is taken."""

    on_clash = forms.ChoiceField(label=_("Where a code is taken or cannot be had"), choices=OnClash.choices, required=False)
