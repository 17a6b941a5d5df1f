"""The pages of one's own account, in the order of their list."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Section:
    """A page, by the name of its URL, and what the list calls it."""

    url_name: str
    label: str | Promise


SECTIONS: Final[Sequence[Section]] = (
    Section("account_email", _("E-mail address")),
    Section("account_change_password", _("Password")),
    Section("audit:log", _("Audit log")),
    Section("privacy:index", _("Privacy")),
)
