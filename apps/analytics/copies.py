"""Whether all copies of a table's rows on a cluster are the same, so that what one of them lacks is nowhere."""

from collections.abc import Sequence

from apps.analytics.store import run
from apps.analytics.tables import names
from apps.events.errors import SinkUnavailable

# A copy is behind while inserts wait in its queue, or in the shard's log beyond what it has read; one that cannot be asked
# is missing among the active ones of its shard.
_BEHIND = """
SELECT hostName(), table FROM {replicas}
WHERE database = %s AND table IN %s
  AND (is_readonly OR active_replicas < total_replicas OR inserts_in_queue > 0 OR log_pointer <= log_max_index)
LIMIT 1
"""


def require_settled(tables: Sequence[str]) -> None:
    """Raises SinkUnavailable unless all copies of `tables` are there and hold the same. One server has one copy."""
    place = names()
    if not place.cluster:
        return
    behind = run(
        _BEHIND.format(replicas=place.everywhere("system", "replicas")), [place.database, [place.local(table) for table in tables]]
    )
    if behind:
        [(host, table)] = behind
        raise SinkUnavailable(f"ClickHouse: a copy of {table} is away or behind, as {host} sees it")
