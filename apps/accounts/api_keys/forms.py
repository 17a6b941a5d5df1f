"""Forms about API keys. Rules are the services' business; these give words to what is typed."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from apps.accounts.api_keys.domains import KeyDomain
from apps.accounts.api_keys.scopes import WORDS
from apps.accounts.models import API_KEY_NAME_MAX_LENGTH, ApiKey
from apps.accounts.policy import Scope
from apps.common.errors import DomainError

NEVER: Final = "never"
KEEP: Final = "keep"
_DAYS: Final = (7, 30, 90, 365)
_USUAL_DAYS: Final = "90"
_SPANS: Final = [(str(days), ngettext_lazy("In %(days)d day", "In %(days)d days", days) % {"days": days}) for days in _DAYS]
_ENDS: Final = [*_SPANS, (NEVER, _("Never"))]


class _KeyForm(forms.Form):
    name = forms.CharField(
        label=_("Name"),
        max_length=API_KEY_NAME_MAX_LENGTH,
        help_text=_("What uses it, so that you know it again: “Newsletter on the old server”."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    expires = forms.ChoiceField(label=_("Expires"), choices=_ENDS, initial=_USUAL_DAYS)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})

    def expires_at(self, *, now: datetime, kept: datetime | None = None) -> datetime | None:
        """The end that was chosen, after `is_valid`; `kept` when it is to stay."""
        choice: str = self.cleaned_data["expires"]
        if choice in {NEVER, KEEP}:
            return kept if choice == KEEP else None
        return now + timedelta(days=int(choice))

    def add_refusal(self, error: DomainError) -> None:
        """Show why a service has refused, at the field that it names."""
        field = "expires" if error.field == "expires_at" else error.field
        self.add_error(field if field in self.fields else None, forms.ValidationError(error.message, code=error.code))


class NewKeyForm(_KeyForm):
    """`scopes` and `domains` are those that can be chosen."""

    scopes = forms.MultipleChoiceField(
        label=_("It may"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose what the key may do.")},
    )
    domain = forms.ChoiceField(
        label=_("Only for links of"),
        required=False,
        help_text=_("Of one domain: then it sees nothing else of the workspace, and no sums."),
    )
    field_order = ("name", "scopes", "domain", "expires")

    def __init__(self, *args: Any, scopes: Sequence[Scope], domains: Sequence[KeyDomain], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["scopes"].choices = [(scope.value, WORDS[scope]) for scope in scopes]  # type: ignore[attr-defined]
        names = [(domain.hostname, domain.hostname) for domain in domains]
        self.fields["domain"].choices = [("", _("All domains of the workspace")), *names]  # type: ignore[attr-defined]


class EditKeyForm(_KeyForm):
    def __init__(self, *args: Any, key: ApiKey, **kwargs: Any) -> None:
        super().__init__(*args, **{"initial": {"name": key.name, "expires": KEEP}, **kwargs})
        self.fields["expires"].choices = [(KEEP, _("As it is")), *_ENDS]  # type: ignore[attr-defined]
