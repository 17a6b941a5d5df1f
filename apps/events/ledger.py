"""The ledger of a consumer group: exactly-once effect from at-least-once delivery.

A group whose effect lands in another store than PostgreSQL claims a range of offsets before the
effect and completes the claim after it. A claim that was never completed is handed out again with
the same bounds, so that the same records make the same block, which a store that deduplicates by
the claim's token drops when it already has it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from apps.events.bus import Batch, Partition
from apps.events.models import PartitionLedger, ProducerSequence


@dataclass(frozen=True, slots=True)
class Claim:
    """Offsets `first` to `last`, both included, given to one attempt, when all through `after` was done.

    `sequences` holds the last sequence number of each producer that had its effect before the claim.
    When `is_replay`, an earlier attempt may have had its effect: take the records from
    `consumer.read_range(partition, first, last)`, never from the batch at hand.
    """

    partition: Partition
    first: int
    last: int
    after: int
    sequences: Mapping[str, int]
    is_replay: bool

    @property
    def token(self) -> str:
        """Name of the claim, the same at each attempt."""
        return f"{self.partition.topic}:{self.partition.log_id}:{self.partition.number}:{self.first}-{self.last}"


class Ledger:
    """Claims of one consumer group."""

    def __init__(self, *, group: str) -> None:
        self._group = group

    def claim(self, batch: Batch) -> Claim | None:
        """The next range to give its effect: an unfinished claim of an earlier attempt if there is
        one, else what of `batch` is not done yet; None when all of it is done."""
        with transaction.atomic():
            row = self._locked_row(batch.partition)
            is_replay = row.claimed_first is not None
            if not is_replay:
                fresh = [record.offset for record in batch.records if record.offset > row.done_through]
                if not fresh:
                    return None
                row.claimed_first, row.claimed_last = fresh[0], fresh[-1]
                row.save(update_fields=["claimed_first", "claimed_last", "updated_at"])
            assert row.claimed_first is not None
            assert row.claimed_last is not None
            return Claim(
                partition=batch.partition,
                first=row.claimed_first,
                last=row.claimed_last,
                after=row.done_through,
                sequences=self._sequences(batch.partition),
                is_replay=is_replay,
            )

    def is_open(self, claim: Claim) -> bool:
        """Whether no other attempt has closed `claim` yet. A consumer that stood still for long asks
        before its effect, since the store's memory for tokens may have moved on meanwhile."""
        return self._open(claim).exists()

    def complete(self, claim: Claim, *, sequences: Mapping[str, int], effects: Callable[[], None]) -> bool:
        """Close `claim`, store `sequences` and run `effects` (changes in PostgreSQL) in one transaction.

        False, and nothing done, when another attempt has closed it already. The bounds of a claim
        are never given out twice in one log once it is closed, so they prove that it is still open.
        """
        with transaction.atomic():
            done = {"done_through": claim.last, "claimed_first": None, "claimed_last": None, "updated_at": timezone.now()}
            if not self._open(claim).update(**done):
                return False
            self._store(claim.partition, sequences)
            effects()
            return True

    def _open(self, claim: Claim) -> QuerySet[PartitionLedger]:
        return PartitionLedger.objects.filter(**self._identity(claim.partition), claimed_first=claim.first, claimed_last=claim.last)

    def _identity(self, partition: Partition) -> dict[str, str | int]:
        return {"group": self._group, "topic": partition.topic, "log_id": partition.log_id, "partition": partition.number}

    def _locked_row(self, partition: Partition) -> PartitionLedger:
        identity = self._identity(partition)
        PartitionLedger.objects.bulk_create([PartitionLedger(**identity)], ignore_conflicts=True)
        return PartitionLedger.objects.select_for_update().get(**identity)

    def _sequences(self, partition: Partition) -> dict[str, int]:
        rows = ProducerSequence.objects.filter(group=self._group, topic=partition.topic, partition=partition.number)
        return dict(rows.values_list("producer_id", "last_sequence"))

    def _store(self, partition: Partition, sequences: Mapping[str, int]) -> None:
        now = timezone.now()
        rows = [
            ProducerSequence(
                group=self._group,
                topic=partition.topic,
                partition=partition.number,
                producer_id=producer_id,
                last_sequence=last_sequence,
                updated_at=now,
            )
            for producer_id, last_sequence in sorted(sequences.items())
        ]
        ProducerSequence.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["group", "topic", "partition", "producer_id"],
            update_fields=["last_sequence", "updated_at"],
        )
