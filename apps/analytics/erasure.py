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
from apps.analytics.rollups import ROLLUPS, Rollup, rollups_of
from apps.analytics.store import run
from apps.common.chunks import chunks

log = structlog.get_logger(__name__)

ERASED = Counter("clicks_erased_total", "Clicks that were erased on demand, by what they had in common.", ["kind"])

_CLICKS = "click_events"
_ORPHANS = "orphan_clicks"
# Keys in the text of one statement.
_AT_ONCE = 2_000
_COUNT = "SELECT count() FROM {table} WHERE {where}"
_KEYS = "SELECT DISTINCT link_id, toUnixTimestamp({time}) FROM {table} WHERE {where}"
_AMONG = "(link_id, {time}) IN (SELECT tupleElement(key, 1), toDateTime(tupleElement(key, 2), 'UTC') FROM (SELECT arrayJoin(%s) AS key))"
_REBUILD = "INSERT INTO {table} ({columns}) SELECT {values} FROM {source} WHERE {among} AND NOT ({where}) GROUP BY {groups}"


def erase_links(link_ids: Collection[int], *, by: str) -> int:
    """Erase all clicks on the links with these ids; how many. `by` says in the log who asked.

    This and what follows raise SinkUnavailable when ClickHouse does not answer, and the database's errors.
    """
    erased = 0
    for some in chunks(sorted(set(link_ids)), _AT_ONCE):
        erased += _erase_whole("link_id IN %s", [list(some)], tables=[_CLICKS])
    return _told("links", erased, by=by, link_ids=sorted(link_ids)[:20])


def erase_workspace(workspace_id: int, *, by: str) -> int:
    """Erase all clicks on links of the workspace, and the orphan clicks on its domains; how many."""
    erased = _erase_whole("workspace_id = %s", [workspace_id], tables=[_CLICKS, _ORPHANS])
    return _told("workspace", erased, by=by, workspace_id=workspace_id)


def erase_owner(owner_id: int, *, by: str) -> int:
    """Erase all clicks on links while they were this user's; how many."""
    return _told("owner", _erase_some("owner_id = %s", [owner_id], orphans=False), by=by, owner_id=owner_id)


def erase_address(address: str, *, by: str) -> int:
    """Erase all clicks and orphan clicks that came from `address`; how many. Raises ValueError for what is no address.

    Where only the network of an address was stored (CLICK_ADDRESS_POLICY=truncated), its clicks cannot be told from those
    of its neighbours: all of the network are erased.
    """
    forms = {addresses.read(address, policy).stored for policy in (AddressPolicy.FULL, AddressPolicy.TRUNCATED)} - {""}
    if not forms:
        raise ValueError("not an IP address")
    # The log must not keep what is being erased.
    return _told("address", _erase_some("address IN %s", [sorted(forms)], orphans=True), by=by)


def _told(kind: str, erased: int, *, by: str, **what: object) -> int:
    ERASED.labels(kind).inc(erased)
    log.info("clicks_erased", kind=kind, clicks=erased, by=by, **what)
    return erased


def _erase_whole(where: str, parameters: Sequence[Any], *, tables: Sequence[str]) -> int:
    """Erase by a condition that holds for all or for none of the clicks behind a row of a rollup."""
    with erasing():
        erased = sum(_count(table, where, parameters) for table in tables)
        for table in tables:
            for rollup in rollups_of(table):
                delete(rollup.table, where, parameters)
            delete(table, where, parameters)
    return erased


def _erase_some(where: str, parameters: Sequence[Any], *, orphans: bool) -> int:
    """Erase by any condition: what rollups sum up of the hours concerned is computed anew without it."""
    with erasing():
        erased = _count(_CLICKS, where, parameters)
        if erased:
            for rollup in ROLLUPS:
                _rebuild(rollup, where, parameters)
            delete(_CLICKS, where, parameters)
        if orphans and (found := _count(_ORPHANS, where, parameters)):
            erased += found
            delete(_ORPHANS, where, parameters)
    return erased


def _rebuild(rollup: Rollup, where: str, parameters: Sequence[Any]) -> None:
    """Compute the rows of `rollup` anew that hold something of what is to be erased."""
    made = {**rollup.keys, rollup.count: "count()", **rollup.states}
    period = rollup.keys[rollup.time]
    for some in chunks(run(_KEYS.format(table=rollup.source, time=period, where=where), parameters), _AT_ONCE):
        keys = [list(map(tuple, some))]
        delete(rollup.table, _AMONG.format(time=rollup.time), keys)
        rebuild = _REBUILD.format(
            table=rollup.table,
            source=rollup.source,
            columns=", ".join(made),
            values=", ".join(made.values()),
            groups=", ".join(rollup.keys.values()),
            among=_AMONG.format(time=period),
            where=where,
        )
        run(rebuild, [*keys, *parameters], insert_deduplicate=0)


def _count(table: str, where: str, parameters: Sequence[Any]) -> int:
    [(count,)] = run(_COUNT.format(table=table, where=where), parameters)
    return int(count)
