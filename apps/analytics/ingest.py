"""From records of the bus to rows: what is new, what is a repetition, what is poison."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from apps.analytics.enrichment import Enricher
from apps.analytics.enrichment.clicks import Hit, Read, read_click_record
from apps.analytics.rows import ClickRow
from apps.events.bus import Record
from apps.events.dead_letters import is_replay_for, is_replay_for_others
from apps.events.envelope import MalformedEvent
from apps.events.handlers import DeadLetter

# Header of clicks that lie in the past on purpose: their time is not held against the bus's clock.
BACKFILL_HEADER = "backfill"


@dataclass(frozen=True, slots=True)
class Intake:
    """What a claim's records come to.

    `sequences` are the last numbers of the producers that sent something new, `repeated` the clicks
    left out because their producer had sent them before.
    """

    rows: Sequence[ClickRow]
    sequences: Mapping[str, int]
    clicks_by_link: Mapping[int, int]
    dead_letters: Sequence[DeadLetter]
    repeated: int


@dataclass(slots=True)
class _Draft:
    sequences: dict[str, int] = field(default_factory=dict)
    rows: list[ClickRow] = field(default_factory=list)
    dead_letters: list[DeadLetter] = field(default_factory=list)
    repeated: int = 0


def take_in(
    records: Iterable[Record],
    *,
    group: str,
    sequences: Mapping[str, int],
    enricher: Enricher,
    read: Read = read_click_record,
) -> Intake:
    """Rows for the clicks in `records` that are new to `group` after `sequences`, in their order.

    The same records and sequences give the same rows, so a claim that is done again makes the
    same block for ClickHouse.
    """
    draft = _Draft()
    for (event_id, at, click), record in _readable(records, group, read, draft.dead_letters):
        # What was brought back from the dead letters never had its effect, though later clicks of
        # its producer had theirs.
        if not is_replay_for(record, group):
            producer = click.producer_id
            if click.sequence <= (draft.sequences.get(producer) or sequences.get(producer, 0)):
                draft.repeated += 1
                continue
            draft.sequences[producer] = click.sequence
        draft.rows.append(enricher.row(event_id, at, click, appended_at=record.appended_at, is_backfill=BACKFILL_HEADER in record.headers))
    return Intake(draft.rows, draft.sequences, Counter(row.link_id for row in draft.rows), draft.dead_letters, draft.repeated)


def find_poison(records: Iterable[Record], *, group: str, read: Read = read_click_record) -> Sequence[DeadLetter]:
    """Those of `records` that are no clicks."""
    dead_letters: list[DeadLetter] = []
    for _hit in _readable(records, group, read, dead_letters):
        pass
    return dead_letters


def _readable(records: Iterable[Record], group: str, read: Read, dead_letters: list[DeadLetter]) -> Iterator[tuple[Hit, Record]]:
    for record in records:
        if is_replay_for_others(record, group):
            continue
        try:
            hit = read(record)
        except MalformedEvent as error:
            dead_letters.append(DeadLetter(record, error.reason))
            continue
        yield hit, record
