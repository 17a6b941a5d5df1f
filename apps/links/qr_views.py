"""The QR code of a link: how it is to look, and the picture to take away."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from apps.common.access import logged_in_only
from apps.links import qr, selectors
from apps.links.models import Link
from apps.links.qr_form import QrForm
from apps.links.qr_logos import keep_logo

UNPROCESSABLE = 422


@logged_in_only
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, hostname: str, code: str) -> HttpResponse:
    """The form with a preview: a page, or what goes into the dialog of the link's page. A logo that is
    sent is kept, and chosen; then the looks stand in the address."""
    link = selectors.get_link(actor=request.user, hostname=hostname, code=code)
    is_sent = request.method == "POST"
    form, refusal = _sent(request) if is_sent else (QrForm(request.GET, actor=request.user), None)
    is_possible = form.picture(link, "svg") is not None
    if refusal is not None:
        form.add_error("upload", refusal.message)
    is_fragment = request.headers.get("HX-Target") in {"qr", "qr-dialog"}
    if is_sent and not form.errors and not is_fragment:
        return redirect(f"{request.path}?{form.query()}")
    context = {
        "form": form,
        "link": link,
        "address": request.path,
        "pictures": {kind: _address(link, kind, form) for kind in qr.TYPES} if is_possible else {},
        "page_url": reverse("analytics:link", args=[link.domain.hostname, link.code]),
    }
    status = UNPROCESSABLE if is_sent and form.errors else 200
    return render(request, "links/_qr.html" if is_fragment else "links/qr.html", context, status=status)


def _sent(request: HttpRequest) -> tuple[QrForm, qr.QrError | None]:
    """The form with the logo that came with it, or with the one before and the reason why that can be none."""
    upload = request.FILES.get("upload")
    if upload is None:
        return QrForm(request.POST, actor=request.user), None
    try:
        # One byte more than is possible, so that what is too large is known to be.
        data = upload.read(qr.MAX_LOGO_BYTES + 1)
        logo = keep_logo(actor=request.user, name=upload.name or "", data=data, now=timezone.now())
    except qr.QrError as error:
        return QrForm(request.POST, actor=request.user), error
    return QrForm({**request.POST.dict(), "logo": str(logo.pk)}, actor=request.user), None


@logged_in_only
@require_safe
def picture(request: HttpRequest, hostname: str, code: str, kind: qr.Format) -> HttpResponse:
    """The QR code as a file named after the link."""
    link = selectors.get_link(actor=request.user, hostname=hostname, code=code)
    form = QrForm(request.GET, actor=request.user)
    content = form.picture(link, kind)
    if content is None:
        return HttpResponse(form.errors.as_text(), status=UNPROCESSABLE, content_type="text/plain; charset=utf-8")
    return HttpResponse(content, content_type=qr.TYPES[kind], headers={"Content-Disposition": f'inline; filename="{link.code}.{kind}"'})


def _address(link: Link, kind: str, form: QrForm) -> str:
    return f"{reverse(f'links:qr_{kind}', args=[link.domain.hostname, link.code])}?{form.query()}"
