"""How a QR code is to look, as a form says it; what a camera could not read is refused by apps.links.qr."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final
from urllib.parse import urlencode

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.accounts.policy import Actor
from apps.links import qr, selectors
from apps.links.models import Link
from apps.links.qr_logos import kept_logos

DEFAULTS: Final[Mapping[str, Any]] = {"size": 320, "margin": 4, "dark": "#000000", "light": "#ffffff", "error": "m", "logo": ""}


class QrForm(forms.Form):
    """Looks by the names of their parameters in addresses; `upload` is a logo that is not kept yet."""

    dark = forms.CharField(label=_("Dark colour"), max_length=7, widget=forms.TextInput(attrs={"type": "color"}))
    light = forms.CharField(label=_("Light colour"), max_length=7, widget=forms.TextInput(attrs={"type": "color"}))
    size = forms.IntegerField(
        label=_("Size"),
        help_text=_("Pixels a side."),
        widget=forms.NumberInput(attrs={"min": qr.MIN_SIZE, "max": qr.MAX_SIZE}),
    )
    margin = forms.IntegerField(
        label=_("Margin"),
        help_text=_("Modules on each side; cameras like four."),
        widget=forms.NumberInput(attrs={"min": 0, "max": qr.MAX_MARGIN}),
    )
    error = forms.ChoiceField(
        label=_("Error correction"),
        help_text=_("More bears dirt and creases, and makes the pattern finer."),
        choices=[("l", _("Low: 7 %")), ("m", _("Medium: 15 %")), ("q", _("Good: 25 %")), ("h", _("High: 30 %"))],
    )
    logo = forms.ChoiceField(
        label=_("Logo"),
        help_text=_("In the middle, with high error correction."),
        required=False,
        error_messages={"invalid_choice": _("This logo is not kept any more. Choose its file again.")},
    )
    upload = forms.FileField(
        label=_("Another logo"),
        required=False,
        widget=forms.FileInput(attrs={"accept": qr.TYPES["png"]}),
    )

    def __init__(self, looks: Mapping[str, Any], *, actor: Actor) -> None:
        # What an address does not say is as usual.
        data = {**DEFAULTS, **{name: looks[name] for name in DEFAULTS if name in looks}}
        for name in ("dark", "light"):
            # An input for colours takes one spelling only; what is no colour is refused when it is drawn.
            with suppress(qr.QrError):
                data[name] = qr.colour(name, data[name])
        super().__init__(data, label_suffix="")
        self.logos = {str(logo.pk): logo for logo in kept_logos(actor)}
        names = [(key, logo.name) for key, logo in self.logos.items()]
        self.fields["logo"].choices = [("", _("None")), *names]  # type: ignore[attr-defined]
        limit = _("PNG of at most %(limit)d KB.") % {"limit": qr.MAX_LOGO_BYTES // 1024}
        self.fields["upload"].help_text = limit

    def picture(self, link: Link, kind: qr.Format) -> bytes | None:
        """The QR code as asked for; None when it cannot be, and the form says why."""
        if not self.is_valid():
            return None
        asked = {name: self.cleaned_data[name] for name in DEFAULTS if name != "logo"}
        chosen = self.logos.get(self.cleaned_data["logo"])
        try:
            return qr.render(selectors.short_url(link), format=kind, logo=bytes(chosen.data) if chosen else b"", **asked)
        except qr.QrError as error:
            self.add_error(error.field if error.field in self.fields else None, error.message)
            return None

    def query(self) -> str:
        """The query string that says these looks, once they have been found possible."""
        looks = {name: str(self.cleaned_data[name]).removeprefix("#") for name in DEFAULTS}
        return urlencode({name: value for name, value in looks.items() if value})
