"""What is special about a link, in a word or two beside it."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils.translation import gettext as _

from apps.links.models import Link


@dataclass(frozen=True, slots=True)
class Mark:
    """A chip: its kind, which chooses the icon, its text, what it means, and whether it is a warning."""

    kind: str
    text: str
    title: str
    is_warning: bool = False


def marks_of(link: Link) -> Sequence[Mark]:
    """Marks of a link whose rules are at hand (`for_rows`), from the gravest on."""
    found = []
    if link.flagged_at is not None:
        found.append(Mark("flag", _("Flagged"), _("Visitors are warned before they go on."), is_warning=True))
    if link.password_hash:
        found.append(Mark("lock", _("Password"), _("Visitors type a password before they go on.")))
    if link.max_clicks is not None:
        found.append(_limit(link.redirects_used, link.max_clicks, is_used_up=link.is_used_up))
    priorities = [rule.priority for rule in link.rules.all()]
    if len(priorities) > len(set(priorities)):
        found.append(Mark("split", _("Split"), _("Visitors are shared between several destinations.")))
    elif priorities:
        found.append(Mark("rules", _("Rules"), _("Some visitors go to another destination.")))
    return found


def _limit(used: int, most: int, *, is_used_up: bool) -> Mark:
    numbers = {"used": intcomma(min(used, most)), "limit": intcomma(most)}
    if is_used_up:
        return Mark(
            "limit", _("Used up: %(limit)s clicks") % numbers, _("The link leads nowhere until max clicks is raised."), is_warning=True
        )
    return Mark("limit", _("%(used)s of %(limit)s clicks") % numbers, _("After so many redirects the link leads nowhere."))
