"""Long lists in parts."""

from collections.abc import Iterator, Sequence
from typing import TypeVar

Item = TypeVar("Item")


def chunks(items: Sequence[Item], size: int) -> Iterator[Sequence[Item]]:
    """`items` in their order, `size` at a time; the last part may be shorter."""
    # itertools.batched comes with Python 3.12.
    for start in range(0, len(items), size):
        yield items[start : start + size]
