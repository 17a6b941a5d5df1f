"""Removing clicks for good: those of a link, of an owner, of a workspace, of an address.

Tables and their rollups agree afterwards, and whatever is erased is in neither. A run that ends half-way is done again
as a whole: what is to be erased leaves the table last. Clicks that are still on their way are not seen; those of
purged links are looked for again a day later. `Link.click_count`, a mere number, stays as it is.
"""

from collections.abc import Collection, Sequence
from typing import Any

import structlog
from prometheus_client import Counter

from apps.analytics.enrichment import addresses
from apps.analytics.enrichment.addresses import AddressPolicy
from apps.analytics.exclusion import erasing
from apps.analytics.mutations import delete
from apps.analytics.rollups import Rollup, rollups_of
from apps.analytics.store import run
from apps.common.chunks import chunks

log = structlog.get_logger(__name__)

ERASED = Counter("clicks_erased_total", "Clicks that were erased on demand, by what they had in common.", ["kind"])

_CLICKS = "click_events"
_ORPHANS = "orphan_clicks"
# Links in the text of one statement.
_AT_ONCE = 2_000
# Days whose clicks are summed up anew in one statement: of a link, or of a workspace with its many links.
_DAYS_AT_ONCE = {"link_id": 2_000, "workspace_id": 5}
_COUNT = "SELECT count() FROM {table} WHERE {where}"
_DAYS = "SELECT DISTINCT {rollup.owner}, toString(toDate(timestamp, 'UTC')) FROM {rollup.source} WHERE {where}"
_AMONG = "({owner}, {day}) IN (SELECT tupleElement(key, 1), toDate(tupleElement(key, 2)) FROM (SELECT arrayJoin(%s) AS key))"
_REBUILD = "INSERT INTO {table} ({columns}) SELECT {values} FROM {source} WHERE {among} AND NOT ({where}) GROUP BY {groups}"


def erase_links(link_ids: Collection[int], *, by: str) -> int:
    """Erase all clicks on the links with these ids; how many. `by` says in the log who asked.

    This and what follows raise SinkUnavailable when ClickHouse does not answer, and the database's errors.
    """
    erased = 0
    for some in chunks(sorted(set(link_ids)), _AT_ONCE):
        erased += _erase("link_id IN %s", [list(some)], tables=[_CLICKS], key="link_id")
    return _told("links", erased, by=by, link_ids=sorted(link_ids)[:20])


def erase_workspace(workspace_id: int, *, by: str) -> int:
    """Erase all clicks on links of the workspace, and the orphan clicks on its domains; how many."""
    erased = _erase("workspace_id = %s", [workspace_id], tables=[_CLICKS, _ORPHANS], key="workspace_id")
    return _told("workspace", erased, by=by, workspace_id=workspace_id)


def erase_owner(owner_id: int, *, by: str) -> int:
    """Erase all clicks on links while they were this user's; how many."""
    return _told("owner", _erase("owner_id = %s", [owner_id], tables=[_CLICKS]), by=by, owner_id=owner_id)


def erase_address(address: str, *, by: str) -> int:
    """Erase all clicks and orphan clicks that came from `address`; how many. Raises ValueError for what is no address.

    Where only the network of an address was stored (CLICK_ADDRESS_POLICY=truncated), its clicks cannot be told from those
    of its neighbours: all of the network are erased.
    """
    forms = {addresses.read(address, policy).stored for policy in (AddressPolicy.FULL, AddressPolicy.TRUNCATED)} - {""}
    if not forms:
        raise ValueError("not an IP address")
    # The log must not keep what is being erased.
    return _told("address", _erase("address IN %s", [sorted(forms)], tables=[_CLICKS, _ORPHANS]), by=by)


def _told(kind: str, erased: int, *, by: str, **what: object) -> int:
    ERASED.labels(kind).inc(erased)
    log.info("clicks_erased", kind=kind, clicks=erased, by=by, **what)
    return erased


def _erase(where: str, parameters: Sequence[Any], *, tables: Sequence[str], key: str = "") -> int:
    """Erase the rows of `tables` for which `where` holds; how many.

    `key` is the only column that `where` asks. Rollups of which it is a key have rows of nothing but what is erased; what the
    others sum up of the days concerned is computed anew without it.
    """
    with erasing():
        erased = 0
        for table in tables:
            found = _count(table, where, parameters)
            for rollup in rollups_of(table):
                if key in rollup.keys:
                    delete(rollup.table, where, parameters)
                elif found:
                    _rebuild(rollup, where, parameters)
            delete(table, where, parameters)
            erased += found
    return erased


def _rebuild(rollup: Rollup, where: str, parameters: Sequence[Any]) -> None:
    """Compute the rows of `rollup` anew that hold something of what is to be erased."""
    made = {**rollup.keys, **({rollup.count: "count()"} if rollup.count else {}), **rollup.states}
    rebuild = _REBUILD.format(
        table=rollup.table,
        source=rollup.source,
        columns=", ".join(made),
        values=", ".join(f"{expression} AS {column}" for column, expression in made.items()),
        groups=", ".join(rollup.keys),
        among=_AMONG.format(owner=rollup.owner, day="toDate(timestamp, 'UTC')"),
        where=where,
    )
    for some in chunks(run(_DAYS.format(rollup=rollup, where=where), parameters), _DAYS_AT_ONCE[rollup.owner]):
        days = [list(map(tuple, some))]
        delete(rollup.table, _AMONG.format(owner=rollup.owner, day=rollup.day), days)
        run(rebuild, [*days, *parameters], insert_deduplicate=0, max_execution_time=0)


def _count(table: str, where: str, parameters: Sequence[Any]) -> int:
    [(count,)] = run(_COUNT.format(table=table, where=where), parameters)
    return int(count)
