"""The clicks of a link, block by block."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from clickhouse_driver import Client
from django.db import connections

from apps.analytics.queries import answering, fetch
from apps.analytics.rows import ClickRow
from apps.analytics.tables import DATABASE

# Clicks that are held at a time.
BLOCK = 5_000
COLUMNS: Sequence[str] = ClickRow._fields
_TIME = COLUMNS.index("timestamp")

_WHERE = "link_id = %(link_id)s AND timestamp >= toDateTime(%(start)s, 'UTC') AND timestamp < toDateTime(%(end)s, 'UTC')"
_COUNT = f"SELECT count() FROM click_events WHERE {_WHERE} AND (%(include_bots)s OR NOT is_bot)"  # noqa: S608 - made of constants
_ROWS_OF_LINKS = f"SELECT {', '.join(COLUMNS)} FROM click_events WHERE link_id IN %(link_ids)s ORDER BY link_id, timestamp, event_id"  # noqa: S608 - made of constants
# In the order of the table, which is not sorted for this.
_ROWS = (
    f"SELECT {', '.join(COLUMNS)} FROM click_events WHERE {_WHERE} AND (%(include_bots)s OR NOT is_bot) "  # noqa: S608 - made of constants
    "ORDER BY link_id, timestamp, event_id"
)
# However slowly the file is taken away, its clicks come in small blocks and few at a time.
_LIMITS = {"max_block_size": BLOCK, "max_threads": 1, "max_memory_usage": 500_000_000, "max_execution_time": 0, "send_timeout": 600}
# One block is waited for so long (s).
_PATIENCE = 60
_EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
_LATEST = datetime(2100, 1, 1, tzinfo=UTC)

Row = Sequence[Any]


@dataclass(frozen=True, slots=True)
class Selection:
    """Clicks of one link from `start` (included) to `end` (excluded), both aware; without bots unless asked for."""

    link_id: int
    start: datetime = _EARLIEST
    end: datetime = _LATEST
    include_bots: bool = False

    @property
    def parameters(self) -> Mapping[str, int]:
        return {
            "link_id": self.link_id,
            "start": int(self.start.timestamp()),
            "end": int(self.end.timestamp()),
            "include_bots": int(self.include_bots),
        }


def count(selection: Selection) -> int:
    """How many clicks there are at present. Raises AnalyticsUnavailable."""
    [(clicks,)] = fetch(_COUNT, selection.parameters)
    return int(clicks)


def blocks(selection: Selection) -> Iterator[list[Row]]:
    """The clicks, oldest first, BLOCK at most at a time; each has the values of COLUMNS, texts as such and times in UTC.

    May be taken from several threads in turn: the connection is its own. Raises AnalyticsUnavailable, also half-way.
    """
    return _read(_ROWS, selection.parameters)


def blocks_of_links(link_ids: Sequence[int]) -> Iterator[list[Row]]:
    """All clicks on these links, a few hundred at most, bots' included; as `blocks`."""
    return _read(_ROWS_OF_LINKS, {"link_ids": tuple(link_ids)})


def _read(statement: str, parameters: Mapping[str, Any]) -> Iterator[list[Row]]:
    with answering(), _client() as client:
        block: list[Row] = []
        for row in client.execute_iter(statement, parameters, settings=_LIMITS):
            block.append(_readable(row))
            if len(block) == BLOCK:
                yield block
                block = []
        if block:
            yield block


def _readable(row: Row) -> Row:
    # What a visitor sent need not be UTF-8; the driver gives it as bytes then.
    values: list[Any] = [value.decode(errors="backslashreplace") if isinstance(value, bytes) else value for value in row]
    at: datetime = values[_TIME]
    values[_TIME] = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    return values


@contextmanager
def _client() -> Iterator[Client]:
    """A connection that nobody shares: it is busy for as long as somebody downloads."""
    database = connections[DATABASE].settings_dict
    options = {name: value for name, value in database["OPTIONS"].items() if not name.startswith("connections_")}
    options["send_receive_timeout"] = _PATIENCE
    client = Client(database["HOST"], database["PORT"], database["NAME"], database["USER"], database["PASSWORD"], **options)
    try:
        yield client
    finally:
        client.disconnect()
