"""The back office's form of a link: the rules of the services, shown beside the fields."""

from collections.abc import Callable
from typing import Any, TypeVar

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.links import code_choice, destinations, texts, windows
from apps.links.errors import LinkError
from apps.links.models import Link

T = TypeVar("T")


class LinkForm(forms.ModelForm[Link]):
    """A new link, or changes to one; `tag_names` is separated by commas."""

    tag_names = forms.CharField(label=_("tags"), required=False, help_text=_("Separate tags by commas."))

    class Meta:
        model = Link
        fields = ["workspace", "domain", "code", "destination_url", "title", "description", "is_active", "valid_from", "expires_at"]
        widgets = {"description": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.fields["tag_names"].initial = ", ".join(tag.name for tag in self.instance.tags.all())
        if "code" in self.fields:
            self.fields["code"].required = False
            self.fields["code"].help_text = _("Empty: a code is generated.")

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"]
        return self._ruled(code, code_choice.require_usable) if code else ""

    def clean_destination_url(self) -> str:
        text: str = self.cleaned_data["destination_url"]
        if text == self.initial.get("destination_url"):
            return text
        try:
            return destinations.parse(text).url
        except LinkError as error:
            raise forms.ValidationError(error.message, code=error.code) from None

    def clean_title(self) -> str:
        title: str = self.cleaned_data["title"]
        return self._ruled(title, texts.checked_title)

    def clean_description(self) -> str:
        description: str = self.cleaned_data["description"]
        return self._ruled(description, texts.checked_description)

    def clean_tag_names(self) -> list[str]:
        names: list[str] = self.cleaned_data["tag_names"].split(",")
        self._ruled(names, texts.normalised_tags)
        return names

    def clean(self) -> dict[str, Any] | None:
        data = super().clean() or self.cleaned_data
        valid_from, expires_at = data.get("valid_from"), data.get("expires_at")
        try:
            if "expires_at" in self.changed_data:
                windows.require_future(expires_at, now=timezone.now())
            windows.require_order(valid_from=valid_from, expires_at=expires_at)
        except LinkError as error:
            self.add_error("expires_at", error.message)
        return data

    @staticmethod
    def _ruled(value: T, rule: Callable[[T], object]) -> T:
        """`value` if `rule` accepts it, else its refusal in the form's terms."""
        try:
            rule(value)
        except LinkError as error:
            raise forms.ValidationError(error.message, code=error.code) from None
        return value
