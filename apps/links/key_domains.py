"""The domains that an API key can be bound to."""

from collections.abc import Sequence

from apps.accounts.api_keys.domains import KeyDomain
from apps.accounts.models import Workspace
from apps.accounts.policy import Actor
from apps.links import selectors


def key_domains(actor: Actor, workspace: Workspace) -> Sequence[KeyDomain]:
    """Those on which links of `workspace` can be made. Raises NotFound when it is not the actor's."""
    return [KeyDomain(domain.pk, domain.hostname) for domain in selectors.usable_domains(actor=actor, workspace=workspace)]
