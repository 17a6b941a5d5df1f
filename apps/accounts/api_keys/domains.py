"""The domains that a key can be bound to. Links and their domains are a room above this one: it says here where its list is found.

It names it by dotted path, which is imported when it is used: a process for short domains needs none of it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from django.utils.module_loading import import_string

if TYPE_CHECKING:
    from apps.accounts.models import Workspace
    from apps.accounts.policy import Actor


@dataclass(frozen=True, slots=True)
class KeyDomain:
    pk: int
    hostname: str


# Called with an actor and a workspace; gives the domains on which links of it can be made.
Lister: TypeAlias = "Callable[[Actor, Workspace], Sequence[KeyDomain]]"

_listers: Final[dict[str, None]] = {}


def list_by(path: str) -> None:
    """Have the lister that is found at `path` asked."""
    _listers[path] = None


def domains_of(actor: "Actor", workspace: "Workspace") -> Sequence[KeyDomain]:
    """Domains that a key of `actor` for `workspace` can be bound to. Raises what listers do: NotFound and PermissionDenied."""
    listers: list[Lister] = [import_string(path) for path in _listers]
    return [domain for lister in listers for domain in lister(actor, workspace)]
