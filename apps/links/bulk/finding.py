"""Many links by where they are."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from apps.accounts.policy import Actor
from apps.common.errors import DomainError, NotFound
from apps.links import hostnames, selectors
from apps.links.installation import public_scheme
from apps.links.models import Link


@dataclass(frozen=True, slots=True)
class Place:
    """Where a link is; `hostname` "" is the default domain."""

    hostname: str
    code: str


def find(*, actor: Actor, places: Sequence[Place]) -> list[Link | DomainError]:
    """For each place the link there, locked until the transaction ends, or why there is none for `actor`.

    All are locked in one order, so that two calls with the same links never wait for each other.
    """
    found = [_one(actor, place) for place in places]
    keys = sorted({one.pk for one in found if isinstance(one, Link)})
    list(Link.objects.select_for_update(of=("self",)).filter(pk__in=keys).order_by("pk").values_list("pk"))
    return _each_once(found)


def _one(actor: Actor, place: Place) -> Link | DomainError:
    host = hostnames.normalise(place.hostname or selectors.default_hostname(), scheme=public_scheme()) or ""
    try:
        return selectors.get_link(actor=actor, hostname=host, code=place.code)
    except DomainError as error:
        return error


def _each_once(found: Sequence[Link | DomainError]) -> list[Link | DomainError]:
    """A link that is named twice is an error the second time: which of its changes is meant to last cannot be told."""
    seen: set[int] = set()
    once: list[Link | DomainError] = []
    for one in found:
        if isinstance(one, Link) and one.pk in seen:
            once.append(NamedTwice(_("This link is in the call already."), field="code"))
        else:
            once.append(one)
        if isinstance(one, Link):
            seen.add(one.pk)
    return once


class NamedTwice(NotFound):
    """A link stands twice in one call."""

    code = "named_twice"
    http_status = 400
