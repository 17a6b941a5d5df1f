"""The QR code of a link: how it is to look, and the picture to take away."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from apps.common.access import logged_in_only
from apps.links import qr, selectors
from apps.links.models import Link

UNPROCESSABLE = 422
DEFAULTS = {"size": 320, "dark": "#000000", "light": "#ffffff", "error": "m"}


class QrForm(forms.Form):
    """Looks of a QR code; what cannot be read again by a camera is refused by apps.links.qr."""

    size = forms.IntegerField(
        label=_("Size"),
        help_text=_("Pixels a side."),
        widget=forms.NumberInput(attrs={"min": qr.MIN_SIZE, "max": qr.MAX_SIZE}),
    )
    dark = forms.CharField(label=_("Dark colour"), max_length=7, widget=forms.TextInput(attrs={"type": "color"}))
    light = forms.CharField(label=_("Light colour"), max_length=7, widget=forms.TextInput(attrs={"type": "color"}))
    error = forms.ChoiceField(
        label=_("Error correction"),
        help_text=_("More bears dirt and creases, and makes the pattern finer."),
        choices=[("l", _("Low: 7 %")), ("m", _("Medium: 15 %")), ("q", _("Good: 25 %")), ("h", _("High: 30 %"))],
    )

    def __init__(self, data: Any) -> None:
        # What an address does not say is as usual.
        super().__init__(DEFAULTS | {name: data[name] for name in DEFAULTS if name in data}, label_suffix="")

    def picture(self, link: Link, kind: qr.Format) -> bytes | None:
        """The QR code as asked for; None when it cannot be, and the form says why."""
        if not self.is_valid():
            return None
        try:
            return qr.render(selectors.short_url(link), format=kind, **self.cleaned_data)
        except qr.QrError as error:
            self.add_error(error.field if error.field in self.fields else None, error.message)
            return None


@logged_in_only
@require_safe
def page(request: HttpRequest, hostname: str, code: str) -> HttpResponse:
    """The form with a preview: a page, or what goes into the dialog of the link's page."""
    link = selectors.get_link(actor=request.user, hostname=hostname, code=code)
    form = QrForm(request.GET)
    is_possible = form.picture(link, "svg") is not None
    context = {
        "form": form,
        "link": link,
        "address": request.path,
        "pictures": {kind: _address(link, kind, form) for kind in qr.TYPES} if is_possible else {},
        "page_url": reverse("analytics:link", args=[link.domain.hostname, link.code]),
    }
    is_fragment = request.headers.get("HX-Target") in {"qr", "qr-dialog"}
    return render(request, "links/_qr.html" if is_fragment else "links/qr.html", context)


@logged_in_only
@require_safe
def picture(request: HttpRequest, hostname: str, code: str, kind: qr.Format) -> HttpResponse:
    """The QR code as a file named after the link."""
    link = selectors.get_link(actor=request.user, hostname=hostname, code=code)
    form = QrForm(request.GET)
    content = form.picture(link, kind)
    if content is None:
        return HttpResponse(form.errors.as_text(), status=UNPROCESSABLE, content_type="text/plain; charset=utf-8")
    return HttpResponse(content, content_type=qr.TYPES[kind], headers={"Content-Disposition": f'inline; filename="{link.code}.{kind}"'})


def _address(link: Link, kind: str, form: QrForm) -> str:
    query = "&".join(f"{name}={str(form.cleaned_data[name]).removeprefix('#')}" for name in DEFAULTS)
    return f"{reverse(f'links:qr_{kind}', args=[link.domain.hostname, link.code])}?{query}"
