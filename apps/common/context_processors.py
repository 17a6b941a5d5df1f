"""Values that every template may use."""

from django.conf import settings
from django.http import HttpRequest

from apps.common.requests import id_of


def site(request: HttpRequest) -> dict[str, str | bool]:
    """`public_url` and `short_domain` of this installation, whether `mails_are_logged` instead of
    sent, and the `request_id` that the log knows."""
    return {
        "public_url": settings.PUBLIC_URL,
        "short_domain": settings.SHORT_DOMAIN,
        "mails_are_logged": settings.EMAIL_BACKEND.endswith(".console.EmailBackend"),
        "request_id": id_of(request),
    }
