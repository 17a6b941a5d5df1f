"""Small pieces of markup and text that templates share."""

from datetime import datetime

from django import template
from django.templatetags.static import static
from django.utils import formats, timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timesince import timesince
from django.utils.translation import gettext as _

register = template.Library()

# A destination in a row has no more characters than this.
DESTINATION_LENGTH = 90


@register.simple_tag
def icon(name: str) -> SafeString:
    """An icon of the sprite; it is decoration, so words stand beside it or in a label."""
    return format_html('<svg class="icon" aria-hidden="true"><use href="{}#{}"></use></svg>', static("icons/lucide.svg"), name)


@register.filter
def cut_middle(text: str) -> str:
    """A destination as it stands in a row: cut in the middle, so that host and end can be read."""
    if len(text) <= DESTINATION_LENGTH:
        return text
    host, _, rest = text.partition("/")
    room = max(DESTINATION_LENGTH - len(host) - 2, 20)
    return f"{host}/{rest[: room // 3]}…{rest[-(room - room // 3) :]}"


@register.filter
def host_letter(destination: str) -> str:
    """The letter that stands for a destination's site: the first of its name."""
    return destination.removeprefix("www.")[:1] or "?"


@register.filter
def moment(value: datetime) -> str:
    """An exact time in the viewer's zone, short enough for a chip."""
    return formats.date_format(timezone.localtime(value), "j M Y, H:i")


@register.filter
def age(moment: datetime) -> str:
    """How long ago, in one unit; below a minute, "now"."""
    now = timezone.now()
    if (now - moment).total_seconds() < 60:
        return _("now")
    return timesince(moment, now, depth=1)
