"""Scopes in plain words, and which of them can be given to a key."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts import policy
from apps.accounts.api_keys.errors import KeyRefused
from apps.accounts.policy import Actor, Scope

WORDS: Final[Mapping[Scope, Promise]] = {
    Scope.LINKS_READ: gettext_lazy("See links, their tags and settings."),
    Scope.LINKS_CREATE: gettext_lazy("Make links, and nothing else: it does not see those that are there."),
    Scope.LINKS_WRITE: gettext_lazy("See, make, edit, delete and restore links."),
    Scope.ANALYTICS_READ: gettext_lazy("See numbers of clicks, by time, place, referrer and so on."),
    Scope.CLICKS_EXPORT: gettext_lazy("See numbers, and download single clicks with all that is known of each visitor."),
    Scope.DOMAINS_WRITE: gettext_lazy("Add, set up and remove domains."),
    Scope.MEMBERS_READ: gettext_lazy("See who belongs to the workspace."),
    Scope.AUDIT_READ: gettext_lazy("See what was done in the workspace, and by whom."),
    Scope.ADMIN: gettext_lazy("All that you may do yourself, keys and members too. Choose it only when nothing less will do."),
}


def grantable(actor: Actor, workspace_id: int) -> Sequence[Scope]:
    """Scopes that would let a key of `actor` do something in the workspace, and nothing that `actor` may not, in the order of WORDS."""
    allowed = policy.allowed_actions(actor, workspace_id)
    return [scope for scope in WORDS if policy.actions_within([scope]) & allowed and policy.holds(actor, [scope])]


def checked(names: Collection[str], *, actor: Actor, is_bound: bool) -> Sequence[Scope]:
    """The scopes named, each once and in the order of WORDS; of a key that `is_bound` to one domain.

    Raises KeyRefused: `scopes_required`, `unknown_scope`, `scope_exceeded` for more than `actor` has by its own scopes, and
    `scopes_beside_domain` when all that they allow is about the workspace as a whole.
    """
    wanted = set(names)
    if not wanted:
        raise KeyRefused(_("Choose at least one scope."), code="scopes_required", field="scopes")
    found = known(wanted)
    if len(found) < len(wanted):
        raise KeyRefused(_("There is no such scope."), code="unknown_scope", field="scopes")
    if not policy.holds(actor, found):
        raise KeyRefused(_("A key cannot make a key that may do more than itself."), code="scope_exceeded", field="scopes")
    if is_bound and not policy.allow_on_a_domain(found):
        message = _("Bound to a domain, a key with these scopes could do nothing. Choose one about links or clicks.")
        raise KeyRefused(message, code="scopes_beside_domain", field="scopes")
    return found


def known(names: Iterable[str]) -> Sequence[Scope]:
    """Those of `names` that are scopes: a stored one that no longer is allows nothing."""
    wanted = set(names)
    return [scope for scope in WORDS if scope in wanted]
