"""Consumer of orphan clicks."""

from collections.abc import Callable, Mapping, Sequence

from prometheus_client import Counter

from apps.analytics import store
from apps.analytics.consumers import ClickIngest
from apps.analytics.enrichment import Enricher
from apps.analytics.ingest import Intake
from apps.analytics.orphan_rows import OrphanRow, orphan_rows, read_orphan_record
from apps.analytics.rows import ClickRow
from apps.analytics.visits import Key, Visit
from apps.events.ledger import Claim
from apps.events.topics import Topic


class OrphanIngest(ClickIngest):
    """Stores each orphan click exactly once in effect, in the way of clicks; no link's count grows."""

    group = "orphan-ingest"
    topics = (Topic.ORPHAN_CLICK,)
    table = "orphan_clicks"
    consumers = 1
    read = staticmethod(read_orphan_record)
    stored = Counter("orphan_clicks_stored_total", "Orphan clicks inserted into ClickHouse.")
    repeated = Counter("orphan_clicks_repeated_total", "Orphan clicks that their producer had sent before; they have no effect.")

    def __init__(self, *, enricher: Enricher | None = None, insert: Callable[..., None] | None = None) -> None:
        super().__init__(enricher=enricher, insert=insert or _insert)

    def stored_form(self, rows: Sequence[ClickRow]) -> Sequence[OrphanRow]:
        return orphan_rows(rows)

    def mark(self, rows: Sequence[ClickRow], _claim: Claim) -> tuple[Sequence[ClickRow], Mapping[Key, Visit]]:
        """Orphan clicks are nobody's visits."""
        return rows, {}

    def count(self, intake: Intake) -> None:
        """Nothing is counted in PostgreSQL."""


def _insert(rows: Sequence[ClickRow], *, token: str) -> None:
    store.insert_orphans(orphan_rows(rows), token=token)
