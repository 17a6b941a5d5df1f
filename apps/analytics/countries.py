"""Names of countries, in the reader's language."""

from django.utils.translation import gettext as _
from django_countries import countries


def country_name(code: str) -> str:
    """Name of the country with this ISO 3166-1 alpha-2 code; the code itself when no name is known."""
    if not code:
        return _("Unknown")
    return str(countries.name(code)) or code
