"""QR codes of links by REST."""

from collections.abc import Iterable

from django.http import HttpResponse
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.views import APIView

from apps.accounts.api.actors import actor_of
from apps.links import qr, selectors
from apps.links.qr_form import DEFAULTS, QrForm


class OneForm(DefaultContentNegotiation):
    """The address says what the answer is, whatever the client would like better."""

    def select_renderer(
        self,
        request: Request,  # noqa: ARG002 - REST framework's signature
        renderers: Iterable[BaseRenderer],
        format_suffix: str | None = None,  # noqa: ARG002
    ) -> tuple[BaseRenderer, str]:
        for_problems = next(iter(renderers))
        return for_problems, str(for_problems.media_type)


class QrView(APIView):
    content_negotiation_class = OneForm

    def get(self, request: Request, hostname: str, code: str, kind: qr.Format) -> HttpResponse:
        """The QR code of the short URL, with the looks that the query asks for."""
        actor = actor_of(request)
        link = selectors.get_link(actor=actor, hostname=hostname, code=code)
        looks = request.query_params.dict()
        if unknown := looks.keys() - DEFAULTS.keys():
            raise ValidationError({name: [_("There is no such parameter.")] for name in sorted(unknown)}, code="unknown_field")
        form = QrForm(looks, actor=actor)
        content = form.picture(link, kind)
        if content is None:
            raise ValidationError({name: [str(error) for error in errors] for name, errors in form.errors.items()})
        return HttpResponse(content, content_type=qr.TYPES[kind], headers={"Content-Disposition": f'inline; filename="{link.code}.{kind}"'})
