"""The pages of one's own account, in the order of their list."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Section:
    """A page, by the name of its URL, what the list calls it, and names of pages that belong to it and do not lie below it."""

    url_name: str
    label: str | Promise
    also: frozenset[str] = frozenset()


SECTIONS: Final[Sequence[Section]] = (
    Section("profile:edit", _("Profile"), frozenset({"account_email"})),
    Section("mfa_index", _("Security"), frozenset({"account_change_password", "account_set_password", "socialaccount_connections"})),
    Section("sessions:list", _("Sessions")),
    Section("workspaces:list", _("Workspaces")),
    Section("api_keys:list", _("API keys")),
    Section("audit:log", _("Audit log")),
    Section("privacy:index", _("Privacy")),
)
