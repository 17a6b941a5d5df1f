"""Pages of large tables."""

from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.core.paginator import Paginator
from django.db.models import QuerySet

if TYPE_CHECKING:
    _Base = Paginator[Any]
else:
    _Base = Paginator

# Nobody pages further; filters and the search narrow the list down.
_COUNTED_ROWS = 10_000


class BoundedPaginator(_Base):
    """Counts rows only so far that the time does not grow with the table, and shows that many."""

    object_list: "QuerySet[Any]"

    @cached_property
    def count(self) -> int:
        return self.object_list.order_by()[:_COUNTED_ROWS].count()
