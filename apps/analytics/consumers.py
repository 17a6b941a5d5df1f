"""Consumers of this room."""

from collections.abc import Callable, Mapping, Sequence

import structlog
from prometheus_client import Counter

from apps.analytics import click_counts, replays, store
from apps.analytics.enrichment import Enricher
from apps.analytics.enrichment.clicks import read_click_record
from apps.analytics.exclusion import storing
from apps.analytics.ingest import Intake, find_poison, take_in
from apps.analytics.orphan_rows import OrphanRow
from apps.analytics.rows import ClickRow
from apps.analytics.stored_visits import find_visits
from apps.analytics.visits import Key, Visit, Visits
from apps.events.bus import Batch, Consumer, PartitionLost, Record
from apps.events.handlers import DeadLetter
from apps.events.ledger import Claim, Ledger
from apps.events.topics import Topic

log = structlog.get_logger(__name__)

CLICKS_STORED = Counter("clicks_stored_total", "Clicks inserted into ClickHouse and counted.")
CLICKS_REPEATED = Counter("clicks_repeated_total", "Clicks that their producer had sent before; they have no effect.")


class ClickIngest:
    """Stores each click exactly once in effect, though the bus delivers it at least once.

    1. A claim on a range of offsets is written to the ledger (PostgreSQL) and committed.
    2. The range's rows go to ClickHouse as one block under a token made from the claim.
    3. One transaction clears the claim, keeps the producers' sequence numbers and adds to
       `Link.click_count`.
    4. The runner commits the offset to the bus.

    Stopped anywhere, the claim is found again and done again with the same records and the same
    sequence numbers: the same block with the same token, of which ClickHouse keeps one. What it has
    kept of an earlier attempt is asked of its tables then, see `replays`.
    """

    group = "click-ingest"
    topics: tuple[Topic, ...] = (Topic.URL_REDIRECTED,)
    table = "click_events"
    # Each batch is a block of its own in ClickHouse: few large ones are merged more cheaply than
    # many small ones, and half a second is still "at once" for whoever looks at the page.
    max_records = 10_000
    linger = 0.5
    # While one waits for ClickHouse to sum up its clicks in all ways, the other prepares the next.
    consumers = 2
    read = staticmethod(read_click_record)
    stored = CLICKS_STORED
    repeated = CLICKS_REPEATED

    def __init__(
        self,
        *,
        enricher: Enricher | None = None,
        insert: Callable[..., None] = store.insert_clicks,
    ) -> None:
        self._enricher = enricher or Enricher.from_settings()
        self._insert = insert
        self._ledger = Ledger(group=self.group)
        self._visits = Visits(find_visits)

    def handle(self, batch: Batch, consumer: Consumer) -> Sequence[DeadLetter]:
        """Store the clicks of `batch` that are not stored yet; what is returned is poison.

        Poison is returned again when its records are delivered again, since the runner may have
        ended between the ledger's commit and the dead letter's. Raises SinkUnavailable when
        ClickHouse or PostgreSQL does not answer and PartitionLost when another consumer has taken
        the claim over.
        """
        dead_letters: list[DeadLetter] = []
        taken: set[int] = set()
        while (claim := self._ledger.claim(batch)) is not None:
            records = _claimed(claim, batch, consumer)
            dead_letters.extend(self._store(claim, records))
            taken.update(record.offset for record in records)
        others = (record for record in batch.records if record.offset not in taken)
        dead_letters.extend(find_poison(others, group=self.group, read=self.read))
        return dead_letters

    def _store(self, claim: Claim, records: Sequence[Record]) -> Sequence[DeadLetter]:
        intake = take_in(records, group=self.group, sequences=claim.sequences, enricher=self._enricher, read=self.read)
        rows, visits = self.mark(intake.rows, claim)
        if rows:
            if not self._ledger.is_open(claim):
                raise PartitionLost(f"claim {claim.token} was completed by another consumer")
            with storing():
                self._write(rows, claim)
        if not self._ledger.complete(claim, sequences=intake.sequences, effects=lambda: self.count(intake)):
            raise PartitionLost(f"claim {claim.token} was completed by another consumer")
        self._visits.remember(claim, visits)
        self.stored.inc(len(intake.rows))
        self.repeated.inc(intake.repeated)
        return intake.dead_letters

    def _write(self, rows: Sequence[ClickRow], claim: Claim) -> None:
        if not claim.is_replay:
            self._insert(rows, token=claim.token)
            return
        stored = self.stored_form(rows)
        if len(replays.unstored(self.table, stored)) == len(rows):
            # An earlier attempt may be under way even now: by the token the server keeps one of the two.
            self._insert(rows, token=claim.token)
        replays.make_whole(self.table, stored, token=claim.token)

    def stored_form(self, rows: Sequence[ClickRow]) -> Sequence[ClickRow] | Sequence[OrphanRow]:
        """`rows` as they are in the table."""
        return rows

    def mark(self, rows: Sequence[ClickRow], claim: Claim) -> tuple[Sequence[ClickRow], Mapping[Key, Visit]]:
        """`rows` with the visits that they belong to, and these visits."""
        return self._visits.mark(rows, claim)

    def count(self, intake: Intake) -> None:
        """Changes in PostgreSQL that belong to the rows, in the transaction that closes their claim."""
        click_counts.add_clicks(intake.clicks_by_link)


def _claimed(claim: Claim, batch: Batch, consumer: Consumer) -> Sequence[Record]:
    if claim.is_replay:
        log.info("claim_replayed", token=claim.token)
        return consumer.read_range(claim.partition, claim.first, claim.last)
    return [record for record in batch.records if claim.first <= record.offset <= claim.last]
