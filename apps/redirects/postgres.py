"""The redirector's own way to PostgreSQL: few queries, one connection, a short patience.

Raw SQL over the tables of apps.links, because the event loop must not wait for Django's pool,
which slow pages may have used up.
"""

import asyncio
from collections.abc import Sequence
from typing import Any

import psycopg
from django.conf import settings

from apps.common.guard import Guarded
from apps.redirects.batches import Batches
from apps.redirects.hosts import DomainRef
from apps.redirects.postgres_pipeline import PostgresPipeline, Query, Row, array
from apps.redirects.snapshot import Rule, Snapshot, nanoseconds

# A look-up ends after this time, with an answer or without (s).
LOOK_UP_SECONDS = 0.8
# Look-ups of many visitors each that are under way at a time; what comes meanwhile goes together with the next.
_AT_ONCE = 4
_STATEMENT_TIMEOUT_MS = 1000
# Look-ups are planned once, for any number of places, and by the indexes however small the tables were then: planned
# for each, sixty places took 14 ms with 20,000 links, and now 1 ms.
_ONE_PLAN = {"plan_cache_mode": "force_generic_plan"} | dict.fromkeys(("enable_seqscan", "enable_hashjoin", "enable_mergejoin"), "off")

_COLUMNS = """
       l.id, l.domain_id, l.workspace_id, coalesce(l.owner_id, 0), d.hostname, l.code, l.destination_url, l.redirect_status,
       l.is_active, l.deleted_at IS NOT NULL, l.valid_from, l.expires_at, l.cache_seconds, l.forward_query, l.forward_path, l.utm,
       coalesce(l.max_clicks, 0), l.password_hash, l.is_crawlable, l.banned_at IS NOT NULL, l.flagged_at IS NOT NULL,
       (SELECT json_agg(json_build_array(r.priority, r.conditions, r.destination_url, r.weight) ORDER BY r.priority, r.id)
        FROM links_redirectrule r WHERE r.link_id = l.id),
       l.version
"""
# The links that lead from places; the first column is the place's number among those asked for.
LINKS_AT = Query(
    "SELECT place.number, "  # noqa: S608 - put together from constants
    + _COLUMNS
    + """
FROM unnest($1::bigint[], $2::text[]) WITH ORDINALITY AS place (domain_id, code, number)
JOIN links_link l ON l.id = coalesce(
    (SELECT id FROM links_link WHERE domain_id = place.domain_id AND code = place.code),
    (SELECT link_id FROM links_alias WHERE domain_id = place.domain_id AND code = place.code)
)
JOIN links_domain d ON d.id = l.domain_id
"""
)
LINKS_BY_ID = (
    "SELECT " + _COLUMNS + "FROM links_link l JOIN links_domain d ON d.id = l.domain_id WHERE l.id = ANY(%(ids)s) AND l.deleted_at IS NULL"
)
# Columns behind the place's number and up to the window; all stand in the order of Snapshot's fields.
_WINDOW_END = 12
# Those of `DomainQuerySet.serving`; columns in the order of DomainRef's fields.
_DOMAINS = Query("""
SELECT id, hostname, is_default, coalesce(workspace_id, 0), root_url, not_found_url, expired_url, apple_app_ids, android_apps
FROM links_domain
WHERE workspace_id IS NULL OR verified_at IS NOT NULL
""")
_HAS_RULES = Query("SELECT EXISTS (SELECT 1 FROM links_redirectrule)")
_RATE_LIMITS = Query("""
SELECT endpoint_class, capacity, per_seconds FROM accounts_ratelimitpolicy
WHERE user_id IS NULL AND group_id IS NULL AND api_key_id IS NULL
""")


class DatabaseUnavailable(Exception):
    """PostgreSQL did not answer in time; nothing is known about the link."""


def snapshot_of(row: Sequence[Any]) -> Snapshot:
    """What one row of the query says, without the number of its place."""
    *head, valid_from, expires_at = row[:_WINDOW_END]
    *tail, rules, version = row[_WINDOW_END:]
    return Snapshot(*[*head, nanoseconds(valid_from), nanoseconds(expires_at), *tail, [Rule(*rule) for rule in rules or ()], version])


def connection_arguments(**parameters: str) -> dict[str, Any]:
    """How to connect, for connections of the redirector's own; `parameters` are set at the server."""
    database = settings.DATABASES["default"]
    arguments = {name: value for name, value in database.get("OPTIONS", {}).items() if name != "pool"}
    arguments |= {"dbname": database["NAME"], "user": database["USER"], "password": database["PASSWORD"]}
    arguments |= {"host": database["HOST"], "port": database["PORT"] or None, "autocommit": True, "connect_timeout": 2}
    parameters["statement_timeout"] = str(_STATEMENT_TIMEOUT_MS)
    arguments["options"] = " ".join([arguments.get("options", ""), *(f"-c {name}={value}" for name, value in parameters.items())]).strip()
    return {name: value for name, value in arguments.items() if value not in (None, "")}


def look_up_arguments() -> dict[str, Any]:
    """How to connect for reading links."""
    return connection_arguments(**_ONE_PLAN)


class LinkReader(Guarded):
    """Reads links and domains. Every method raises DatabaseUnavailable."""

    failing = (psycopg.Error, OSError)
    unavailable = DatabaseUnavailable
    failed_event = "link_query_failed"

    def __init__(self) -> None:
        super().__init__()
        self.queries = 0
        self._finds = Batches(self._find_many, patience=LOOK_UP_SECONDS, at_once=_AT_ONCE)
        self._pipeline = PostgresPipeline(look_up_arguments())

    async def open(self) -> None:
        """Start connecting; does not wait for the connection."""
        self._pipeline.start()

    async def close(self) -> None:
        """Release the connection."""
        await self._pipeline.close()

    async def _rows(self, query: Query, *parameters: bytes, deadline: float | None = None) -> list[Row]:
        deadline = deadline or asyncio.get_running_loop().time() + LOOK_UP_SECONDS
        with self.asking():
            self.queries += 1
            try:
                return await self._pipeline.ask(query, parameters, deadline=deadline)
            except psycopg.Error:
                # A connection that died while idle says so at its next use, and one whose statements are out of date.
                self.queries += 1
                return await self._pipeline.ask(query, parameters, deadline=deadline)

    async def find(self, domain_id: int, code: str) -> Snapshot | None:
        """The link that leads from this place, by its code or by an alias, as it stands now and
        whatever its state; None when there is none."""
        return await self._finds.get((domain_id, code))

    async def _find_many(self, places: Sequence[tuple[int, str]], deadline: float) -> list[Snapshot | None]:
        domain_ids, codes = zip(*places, strict=True)
        found: list[Snapshot | None] = [None] * len(places)
        for number, *row in await self._rows(LINKS_AT, array(domain_ids), array(codes), deadline=deadline):
            found[number - 1] = snapshot_of(row)
        return found

    async def domains(self) -> list[DomainRef]:
        """The domains that serve."""
        return [DomainRef(*row) for row in await self._rows(_DOMAINS)]

    async def has_rules(self) -> bool:
        """Whether any link has redirect rules."""
        [(found,)] = await self._rows(_HAS_RULES)
        return bool(found)

    async def rate_limits(self) -> list[tuple[str, int, int]]:
        """The limits that the back office has set for classes of endpoints: class, capacity, seconds."""
        return [(name, capacity, seconds) for name, capacity, seconds in await self._rows(_RATE_LIMITS)]
