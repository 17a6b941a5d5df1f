"""Values that every template may use."""

from django.conf import settings
from django.http import HttpRequest


def site(request: HttpRequest) -> dict[str, str]:
    """`public_url` and `short_domain` of this installation."""
    return {"public_url": settings.PUBLIC_URL, "short_domain": settings.SHORT_DOMAIN}
