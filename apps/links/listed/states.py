"""States of links as the list's table has them."""

from collections.abc import Sequence
from typing import Final

from apps.links.models import LinkState

# As the function `links_listed_state` of the database numbers them; deleted ones come last.
NUMBERS: Final = {
    LinkState.ACTIVE: 0,
    LinkState.SCHEDULED: 1,
    LinkState.EXPIRED: 2,
    LinkState.USED_UP: 3,
    LinkState.DISABLED: 4,
    LinkState.BANNED: 5,
    LinkState.DELETED: 6,
}


def numbers_of(state: str) -> Sequence[int]:
    """The number of `state`; those of all but deleted links when it is none of LinkState."""
    return [NUMBERS[LinkState(state)]] if state in NUMBERS else [number for known, number in NUMBERS.items() if known != LinkState.DELETED]
