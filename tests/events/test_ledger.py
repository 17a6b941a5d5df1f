from collections.abc import Sequence

import pytest

from apps.events.bus import Batch, Partition
from apps.events.ledger import Claim, Ledger
from apps.events.models import PartitionLedger
from tests.events.samples import record

pytestmark = pytest.mark.django_db

PARTITION = Partition("clicks", 0, "log1")


def batch(offsets: Sequence[int], partition: Partition = PARTITION) -> Batch:
    return Batch(partition, [record(b"", offset=offset) for offset in offsets])


def nothing() -> None:
    """No effect in PostgreSQL."""


def claim(ledger: Ledger, offsets: Sequence[int], partition: Partition = PARTITION) -> Claim:
    claim = ledger.claim(batch(offsets, partition))
    assert claim is not None
    return claim


@pytest.fixture
def ledger() -> Ledger:
    return Ledger(group="ingest")


def test_a_claim_covers_the_batch(ledger: Ledger) -> None:
    first = claim(ledger, [3, 4, 7])

    assert (first.first, first.last, first.is_replay, first.token) == (3, 7, False, "clicks:log1:0:3-7")


def test_an_unfinished_claim_comes_back_with_the_same_bounds(ledger: Ledger) -> None:
    first = claim(ledger, [1, 2, 3])

    again = claim(Ledger(group="ingest"), [1, 2, 3, 4, 5])

    assert (again.first, again.last, again.token) == (first.first, first.last, first.token)
    assert again.is_replay


def test_what_is_done_is_not_claimed_again(ledger: Ledger) -> None:
    ledger.complete(claim(ledger, [1, 2, 3]), sequences={}, effects=nothing)

    assert ledger.claim(batch([1, 2, 3])) is None
    assert claim(ledger, [2, 3, 4, 5]).first == 4


def test_a_zombie_can_not_complete_what_another_has_completed(ledger: Ledger) -> None:
    zombie = claim(ledger, [1, 2, 3])
    heir = claim(Ledger(group="ingest"), [1, 2, 3])
    done: list[str] = []

    first = ledger.complete(heir, sequences={"p": 3}, effects=lambda: done.append("heir"))
    second = ledger.complete(zombie, sequences={"p": 1}, effects=lambda: done.append("zombie"))

    assert (first, second, done) == (True, False, ["heir"])
    assert claim(ledger, [4]).sequences == {"p": 3}


def test_a_zombie_can_not_complete_a_later_claim(ledger: Ledger) -> None:
    zombie = claim(ledger, [1, 2, 3])
    ledger.complete(claim(ledger, [1, 2, 3]), sequences={}, effects=nothing)
    claim(ledger, [4, 5])

    assert not ledger.complete(zombie, sequences={}, effects=nothing)
    assert claim(ledger, [4, 5]).first == 4


def test_effects_that_fail_leave_the_claim_open(ledger: Ledger) -> None:
    first = claim(ledger, [1, 2])

    with pytest.raises(ZeroDivisionError):
        ledger.complete(first, sequences={"p": 2}, effects=lambda: print(1 / 0))  # noqa: T201

    again = claim(ledger, [1, 2])
    assert again.is_replay
    assert again.sequences == {}


def test_a_claim_carries_the_sequences_as_they_stood_before_it(ledger: Ledger) -> None:
    ledger.complete(claim(ledger, [1]), sequences={"a": 5, "b": 1}, effects=nothing)
    ledger.complete(claim(ledger, [2]), sequences={"a": 9}, effects=nothing)

    assert claim(ledger, [3]).sequences == {"a": 9, "b": 1}


def test_sequences_outlive_the_log(ledger: Ledger) -> None:
    ledger.complete(claim(ledger, [1]), sequences={"a": 5}, effects=nothing)
    renewed = Partition("clicks", 0, "log2")

    first = claim(ledger, [1], renewed)

    assert (first.first, first.is_replay, first.sequences) == (1, False, {"a": 5})


def test_groups_and_partitions_have_ledgers_of_their_own(ledger: Ledger) -> None:
    ledger.complete(claim(ledger, [1, 2]), sequences={"a": 2}, effects=nothing)

    assert claim(Ledger(group="other"), [1, 2]).sequences == {}
    assert claim(ledger, [1, 2], Partition("clicks", 1, "log1")).sequences == {}
    assert PartitionLedger.objects.count() == 3
