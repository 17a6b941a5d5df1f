"""The properties of clicks as pages name them: what each is called, and how its values are written."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import get_language_info, gettext_lazy
from django.utils.translation import gettext as _

from apps.analytics.countries import country_name


@dataclass(frozen=True, slots=True)
class Dimension:
    """`name` is one of `rollups.PROPERTIES`; `write` makes of a value what is shown."""

    name: str
    title: str | Promise
    write: Callable[[str], str]


def _known(value: str) -> str:
    return value or _("Unknown")


def _host(value: str) -> str:
    return value or _("Direct, or not told")


def _given(value: str) -> str:
    return value or _("Not given")


def _device(value: str) -> str:
    names = {"desktop": _("Desktop"), "mobile": _("Mobile"), "tablet": _("Tablet"), "bot": _("Bot"), "other": _("Other")}
    return names.get(value, value) or _("Unknown")


def _kind_of_referrer(value: str) -> str:
    names = {
        "direct": _("Direct, or not told"),
        "search": _("Search engines"),
        "social": _("Social networks"),
        "mail": _("Mail"),
        "paid": _("Advertisements"),
        "internal": _("Own pages"),
        "other": _("Other pages"),
    }
    return names.get(value, value) or _("Unknown")


def _language(value: str) -> str:
    try:
        return str(get_language_info(value)["name_translated"]) if value else _("Unknown")
    except KeyError:
        return value


_ALL = (
    Dimension("country", gettext_lazy("Countries"), country_name),
    Dimension("region", gettext_lazy("Regions"), _known),
    Dimension("city", gettext_lazy("Cities"), _known),
    Dimension("language", gettext_lazy("Languages"), _language),
    Dimension("referrer_host", gettext_lazy("Referrers"), _host),
    Dimension("referrer_class", gettext_lazy("Kinds of referrers"), _kind_of_referrer),
    Dimension("browser", gettext_lazy("Browsers"), _known),
    Dimension("os", gettext_lazy("Systems"), _known),
    Dimension("device", gettext_lazy("Devices"), _device),
    Dimension("utm_source", gettext_lazy("Sources"), _given),
    Dimension("utm_medium", gettext_lazy("Media"), _given),
    Dimension("utm_campaign", gettext_lazy("Campaigns"), _given),
    Dimension("utm_term", gettext_lazy("Terms"), _given),
    Dimension("utm_content", gettext_lazy("Contents"), _given),
    Dimension("destination_url", gettext_lazy("Destinations"), _known),
)
DIMENSIONS: Mapping[str, Dimension] = {dimension.name: dimension for dimension in _ALL}
