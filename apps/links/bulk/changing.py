"""Many edits, and many deletions."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from apps.accounts.policy import Actor
from apps.common.errors import DomainError
from apps.links import services
from apps.links.bulk.finding import Place, find
from apps.links.bulk.limits import beyond_passwords
from apps.links.changes import UNSET, LinkChanges, Unset
from apps.links.models import Link
from apps.links.patching import patch_link


@dataclass(frozen=True, slots=True)
class Change:
    place: Place
    changes: LinkChanges
    is_active: bool | Unset = UNSET


@transaction.atomic
def update_links(*, actor: Actor, wanted: Sequence[Change], now: datetime) -> list[Link | DomainError]:
    """For each change, in order, the link as it is now, or why it stays as it was. All that can be made are, in one transaction."""
    refused = beyond_passwords(one.changes for one in wanted)
    found = [error or one for error, one in zip(refused, find(actor=actor, places=[one.place for one in wanted]), strict=True)]

    def patched(link: Link, number: int) -> Link:
        one = wanted[number]
        return patch_link(actor=actor, link=link, changes=one.changes, is_active=one.is_active, now=now)

    return _each(found, patched)


@transaction.atomic
def delete_links(*, actor: Actor, places: Sequence[Place], now: datetime) -> list[Link | DomainError]:
    """For each place, in order, the link that is deleted now, or why it is not. All that can be deleted are, in one transaction."""

    def deleted(link: Link, _number: int) -> Link:
        services.delete_link(actor=actor, link=link, now=now)
        return link

    return _each(find(actor=actor, places=places), deleted)


def _each(found: Sequence[Link | DomainError], act: Callable[[Link, int], Link]) -> list[Link | DomainError]:
    outcome: list[Link | DomainError] = []
    for number, one in enumerate(found):
        if not isinstance(one, Link):
            outcome.append(one)
            continue
        try:
            outcome.append(act(one, number))
        except DomainError as error:
            # Each write is atomic for itself: nothing of one that fails is left.
            outcome.append(error)
    return outcome
