"""Many links by where they are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from apps.accounts import policy
from apps.accounts.policy import Action, Actor
from apps.common.errors import DomainError, NotFound
from apps.links import hostnames, selectors
from apps.links.codes import is_code
from apps.links.installation import public_scheme
from apps.links.models import Link

# Hostname and code.
Spot = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a link is; `hostname` "" is the default domain."""

    hostname: str
    code: str


def find(*, actor: Actor, places: Sequence[Place]) -> list[Link | DomainError]:
    """For each place the link there, locked until the transaction ends, or why there is none for `actor`.

    All are locked in one order, so that two calls with the same links never wait for each other.
    """
    usual = selectors.default_hostname()
    spots = [(hostnames.normalise(place.hostname or usual, scheme=public_scheme()) or "", place.code) for place in places]
    at_hand = _visible(actor, spots)
    found = [at_hand.get(spot) or _one(actor, spot) for spot in spots]
    keys = sorted({one.pk for one in found if isinstance(one, Link)})
    list(Link.objects.select_for_update(of=("self",)).filter(pk__in=keys).order_by("pk").values_list("pk"))
    return _each_once(found)


def _visible(actor: Actor, spots: Sequence[Spot]) -> Mapping[Spot, Link]:
    """Links that `actor` may see, by where they are; a few queries, however many they are."""
    hosts, codes = {host for host, _code in spots}, {code for _host, code in spots if is_code(code)}
    may_see: dict[tuple[int, int], bool] = {}
    found: dict[Spot, Link] = {}
    for link in Link.objects.for_rows().filter(domain__hostname__in=hosts, code__in=codes):
        home = (link.workspace_id, link.domain_id)
        if home not in may_see:
            may_see[home] = policy.may(actor, Action.LINK_VIEW, link)
        if may_see[home]:
            found[link.domain.hostname, link.code] = link
    return found


def _one(actor: Actor, spot: Spot) -> Link | DomainError:
    """Of a code that the link had before, or that leads to nothing."""
    try:
        return selectors.get_link(actor=actor, hostname=spot[0], code=spot[1])
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
