"""Forms about one's own data."""

from collections.abc import Sequence
from typing import Any, Final

from django import forms
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from apps.accounts.models import ConsentText, User
from apps.accounts.privacy import consent

_PREFIX: Final = "consent_"


class AsksConsent(forms.Form):
    """Mixin: a box to tick for each text in force; none when nothing is published."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.consent_texts: Sequence[ConsentText] = self.texts_to_ask()
        for text in self.consent_texts:
            missing = _("Tick this box to go on.")
            self.fields[f"{_PREFIX}{text.kind}"] = forms.BooleanField(label=_label(text), error_messages={"required": missing})

    def texts_to_ask(self) -> Sequence[ConsentText]:
        return consent.texts_in_force()

    def custom_signup(self, request: HttpRequest, user: User) -> None:
        """Called by allauth for a new user."""
        parent: Any = super()
        parent.custom_signup(request, user)
        consent.agree(user=user, texts=self.consent_texts, now=timezone.now())


class ConsentForm(AsksConsent):
    """For somebody who has an account: what is in force and not agreed to yet."""

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        self._user = user
        super().__init__(*args, **{"label_suffix": "", **kwargs})

    def texts_to_ask(self) -> Sequence[ConsentText]:
        return consent.texts_to_agree_to(self._user)


class DeletionForm(forms.Form):
    """Asks for the e-mail address, so that nobody deletes an account by a slip."""

    email = forms.CharField(max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "off", "autofocus": True}))

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        self._user = user
        self.fields["email"].label = _("Type your e-mail address, %(email)s, to confirm") % {"email": user.email}

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"]
        if email.strip().lower() != self._user.email:
            raise forms.ValidationError(_("This is not your e-mail address."), code="other_email")
        return email


def _label(text: ConsentText) -> SafeString:
    link = format_html('<a href="{}" target="_blank">{}</a>', reverse("legal", args=[text.kind]), text.get_kind_display())
    # The words around the link are ours; a translation moves the link, not the markup.
    before, _place, after = _("I agree to: %(text)s").partition("%(text)s")
    return format_html("{}{}{}", before, link, after)
