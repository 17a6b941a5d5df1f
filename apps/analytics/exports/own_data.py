"""The clicks of one's own links, as a part of all that is kept about a user."""

from collections.abc import Iterator
from itertools import chain
from typing import Final

from apps.accounts.models import User
from apps.accounts.privacy.registry import Part
from apps.analytics.exports.reading import COLUMNS, blocks_of_links
from apps.common.chunks import chunks
from apps.common.csv_files import table
from apps.links.own_data import ids_of_own

# Links in the text of one statement.
_AT_ONCE: Final = 500


def _clicks(user: User) -> Iterator[bytes]:
    return table(COLUMNS, chain.from_iterable(map(blocks_of_links, chunks(ids_of_own(user), _AT_ONCE))))


CLICKS: Final = Part("clicks.csv", _clicks)
PARTS: Final = (CLICKS,)
