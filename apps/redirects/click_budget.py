"""Max clicks: redirects of such a link are used up by one conditional UPDATE, so that there is never one too many.

Visitors of one link who come while a statement is under way share the next one, so that a rush on a
link is a few statements and not a queue of them. A statement is never sent twice: should the
connection break while it is under way, nobody can say whether it was done, and the visitors get a
503. Redirects may then be used up that nobody was given; the other way round is impossible.
"""

import asyncio
from collections import OrderedDict
from enum import StrEnum

import psycopg

from apps.common.guard import Guarded
from apps.redirects.postgres import DatabaseUnavailable, connection_arguments
from apps.redirects.postgres_pipeline import PostgresPipeline, Query

# A statement gets no longer, with the wait for a connection (s).
PATIENCE_SECONDS = 3.0
# Each link has its place on one of them: one whose row somebody has locked keeps few others waiting.
_CONNECTIONS = 4
# Links known to be used up. A version never becomes unused again: what raises the limit is a new one.
_MAX_KNOWN = 10_000

# Takes as many of `wanted` as are left; the row is locked, so that what is left stays so.
_SPEND = Query("""
WITH link AS (
    SELECT id, least(max_clicks - redirects_used, $1::int) AS taken FROM links_link
    WHERE id = $2::bigint AND version = $3::bigint AND redirects_used < max_clicks
      AND is_active AND deleted_at IS NULL AND banned_at IS NULL
    FOR UPDATE
), spent AS (
    UPDATE links_link SET redirects_used = redirects_used + link.taken
    FROM link WHERE links_link.id = link.id AND links_link.redirects_used + link.taken <= links_link.max_clicks
    RETURNING link.taken
)
SELECT coalesce((SELECT taken FROM spent), 0), version = $3::bigint FROM links_link WHERE id = $2::bigint
""")


class Spending(StrEnum):
    """What became of one click."""

    SPENT = "spent"
    USED_UP = "used_up"
    # The link is no longer at the version that was asked for.
    CHANGED = "changed"


# A link at one version.
_Limited = tuple[int, int]


class ClickBudget(Guarded):
    """The redirector's own connections for it, none as long as nobody follows such links."""

    failing = (psycopg.Error, OSError)
    unavailable = DatabaseUnavailable
    failed_event = "click_budget_query_failed"

    def __init__(self) -> None:
        super().__init__()
        self.spent = 0
        self.refused = 0
        self._used_up: OrderedDict[_Limited, None] = OrderedDict()
        # Visitors whose statement has not been sent yet; a link that is here has a task.
        self._waiting: dict[_Limited, list[asyncio.Future[Spending]]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._pipelines = [PostgresPipeline(connection_arguments()) for _ in range(_CONNECTIONS)]

    async def close(self) -> None:
        """Release connections."""
        for pipeline in self._pipelines:
            await pipeline.close()

    def is_used_up(self, link_id: int, version: int) -> bool:
        """Whether this process knows that nothing is left of the link at this version."""
        return (link_id, version) in self._used_up

    async def spend(self, link_id: int, version: int) -> Spending:
        """Use up one click of the link if there is one left. Raises DatabaseUnavailable."""
        limited = link_id, version
        if limited in self._used_up:
            self.refused += 1
            return Spending.USED_UP
        turn: asyncio.Future[Spending] = asyncio.get_running_loop().create_future()
        if limited in self._waiting:
            self._waiting[limited].append(turn)
        else:
            self._waiting[limited] = [turn]
            task = asyncio.create_task(self._serve(limited))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return await turn

    async def _serve(self, limited: _Limited) -> None:
        """One statement after the other until nobody waits for this link."""
        try:
            while turns := [turn for turn in self._waiting[limited] if not turn.done()]:
                self._waiting[limited] = []
                await self._serve_together(limited, turns)
        finally:
            for turn in self._waiting.pop(limited):
                turn.cancel()

    async def _serve_together(self, limited: _Limited, turns: list[asyncio.Future[Spending]]) -> None:
        try:
            taken, is_current = await self._take(limited, len(turns))
        except DatabaseUnavailable as error:
            for turn in turns:
                if not turn.done():
                    turn.set_exception(error)
            return
        rest = Spending.USED_UP if is_current else Spending.CHANGED
        if taken < len(turns) and is_current:
            self._remember(limited)
        self.spent += taken
        self.refused += len(turns) - taken if is_current else 0
        for number, turn in enumerate(turns):
            if not turn.done():
                turn.set_result(Spending.SPENT if number < taken else rest)

    def _remember(self, limited: _Limited) -> None:
        if len(self._used_up) >= _MAX_KNOWN:
            self._used_up.popitem(last=False)
        self._used_up[limited] = None

    async def _take(self, limited: _Limited, wanted: int) -> tuple[int, bool]:
        """How many clicks were used up, and whether the link still is at this version."""
        link_id, version = limited
        parameters = [b"%d" % number for number in (wanted, link_id, version)]
        deadline = asyncio.get_running_loop().time() + PATIENCE_SECONDS
        with self.asking():
            rows = await self._pipelines[link_id % _CONNECTIONS].ask(_SPEND, parameters, deadline=deadline)
        return rows[0] if rows else (0, False)
