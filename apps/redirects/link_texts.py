"""What pages for visitors tell of a link that no snapshot holds, because no redirect needs it.

Nothing is told while the database does not answer: the pages are about the destination.
"""

import re
from typing import Final

from django.db import Error as DatabaseError
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.links.models import Link

# What a moderator's reason speaks of, and what visitors are told of it. The reason itself is a note among moderators.
_DANGERS: Final[list[tuple[re.Pattern[str], Promise]]] = [
    (
        re.compile(r"phish|password|log-?\s?in|credential|account|bank", re.IGNORECASE),
        gettext_lazy("It is suspected of phishing: it may look like a page that you know, to get your password or your bank's codes."),
    ),
    (
        re.compile(r"malware|virus|trojan|ransom|harmful|exploit|download", re.IGNORECASE),
        gettext_lazy("It is suspected of malware: it may put harmful programs on your device."),
    ),
    (
        re.compile(r"scam|fraud|fake|money|lottery|invest", re.IGNORECASE),
        gettext_lazy("It is suspected of fraud: it may promise things that do not exist, to get your money."),
    ),
    (
        re.compile(r"spam|unsolicited|bulk", re.IGNORECASE),
        gettext_lazy("It was sent about in masses to people who had not asked for it."),
    ),
    (
        re.compile(r"adult|porn|violen|gore|offensive", re.IGNORECASE),
        gettext_lazy("It may show things that not everybody wants to see, or may see."),
    ),
]


def title_of(link_id: int) -> str:
    """The link's title, or ""."""
    return _text_of(link_id, "title")


def danger_of(link_id: int) -> str:
    """Why visitors of the link are warned, in a sentence by the kind of reason that a moderator gave."""
    reason = _text_of(link_id, "flag_reason")
    told = next((str(sentence) for speaks_of, sentence in _DANGERS if speaks_of.search(reason)), "")
    return told or _("It may want your password or your money under a false name.")


def _text_of(link_id: int, name: str) -> str:
    try:
        return Link.objects.values_list(name, flat=True).filter(pk=link_id).first() or ""
    except DatabaseError:
        return ""
