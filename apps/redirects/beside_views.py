"""Preview, QR code and robots.txt of a short domain."""

from functools import lru_cache
from http import HTTPStatus
from pathlib import Path

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from apps.common import error_pages
from apps.links import qr
from apps.links.installation import public_scheme
from apps.links.models import Link
from apps.redirects.decide import Outcome
from apps.redirects.destination_shown import shown
from apps.redirects.gates import GATED
from apps.redirects.languages import in_visitors_language
from apps.redirects.link_texts import danger_of, title_of
from apps.redirects.resolution import RESOLUTION, Resolution, short_domain_of
from apps.redirects.views import unavailable_page

# Lines of robots.txt; what search engines read of it ends at 500 KiB.
MAX_CRAWLABLE = 5_000
_ROBOTS_SECONDS = 300
_NUMBERS = {"size", "margin"}
_WORDS = {"format", "dark", "light", "error"}


@require_safe
@in_visitors_language
def preview(request: HttpRequest, code: str) -> HttpResponse:
    """Where a link leads, for who would rather know before; a password keeps it from all others."""
    scope = getattr(request, "scope", {})
    found = scope.get(RESOLUTION, Resolution(Outcome.NOT_FOUND, code, ""))
    snapshot = scope.get(GATED)
    if found.outcome is not Outcome.REDIRECT or snapshot is None:
        return unavailable_page(request, found)
    values = {"code": found.code, "hostname": found.hostname, "snapshot": snapshot}
    if not snapshot.password_hash:
        values |= {"destination": shown(snapshot.destination_url), "title": title_of(snapshot.link_id)}
    if snapshot.is_flagged:
        values["danger"] = danger_of(snapshot.link_id)
    response = error_pages.page(request, HTTPStatus.OK, template="redirects/preview.html", **values)
    response["Cache-Control"] = "private, no-store"
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Referrer-Policy"] = "no-referrer"
    return response


@require_safe
@in_visitors_language
def qr_code(request: HttpRequest, code: str) -> HttpResponse:
    """The QR code of a link that is there, whether it leads anywhere at present or not."""
    scope = getattr(request, "scope", {})
    found = scope.get(RESOLUTION, Resolution(Outcome.NOT_FOUND, code, ""))
    if found.outcome in {Outcome.NOT_FOUND, Outcome.UNAVAILABLE, Outcome.DELETED, Outcome.BANNED}:
        return unavailable_page(request, found)
    try:
        body = _render(f"{public_scheme()}://{found.hostname}/{found.code}", request)
    except qr.QrError as error:
        return HttpResponse(f"{error.field}: {error.message}\n", status=HTTPStatus.BAD_REQUEST, content_type="text/plain; charset=utf-8")
    response = HttpResponse(body, content_type=qr.TYPES[request.GET.get("format", "svg")])
    response["Cache-Control"] = "public, max-age=3600"
    response["X-Robots-Tag"] = "noindex"
    return response


def _render(url: str, request: HttpRequest) -> bytes:
    given = request.GET
    asked: dict[str, str | int | bytes] = {name: given.get(name, "") for name in _WORDS if name in given}
    asked |= {name: _number(name, given.get(name, "")) for name in _NUMBERS if name in given}
    if request.GET.get("logo", "0") not in {"", "0"}:
        asked["logo"] = _logo(settings.QR_LOGO_PATH)
    return qr.render(url, **asked)  # type: ignore[arg-type]  # each is checked there


def _number(name: str, text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 6):
        raise qr.QrError("a whole number is needed", field=name)
    return int(text)


@lru_cache(maxsize=1)
def _logo(path: str) -> bytes:
    """The installation's logo. Raises QrError when it has none."""
    if not path:
        raise qr.QrError("this site has no logo: see the setting QR_LOGO_PATH", field="logo")
    try:
        return Path(path).read_bytes()
    except OSError:
        raise qr.QrError("the logo of this site cannot be read: see the setting QR_LOGO_PATH", field="logo") from None


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Nothing is for search engines but the start page and links whose owners want it."""
    # Of the domain, not of the host: others that ALLOWED_HOSTS names lead to the links of the default one.
    hostname = short_domain_of(getattr(request, "scope", {})) or request.get_host()
    body = cache.get_or_set(f"robots:{hostname}", lambda: _robots(hostname), _ROBOTS_SECONDS)
    return HttpResponse(body, content_type="text/plain; charset=utf-8", headers={"Cache-Control": "public, max-age=300"})


def _robots(hostname: str) -> str:
    links = Link.objects.filter(domain__hostname=hostname, is_crawlable=True, is_active=True)
    codes = links.filter(deleted_at=None, banned_at=None, flagged_at=None).order_by("-pk").values_list("code", flat=True)[:MAX_CRAWLABLE]
    return "\n".join(["User-agent: *", "Disallow: /", "Allow: /$", "Allow: /static/", *(f"Allow: /{code}$" for code in codes), ""])
