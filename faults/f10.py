"""Elasticsearch is killed, hangs, is read-only and has lost its shards, while links are searched and edited."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from faults.links import Links, Writer, forget_connections
from faults.pipeline import tell_engines
from faults.report import Report
from faults.scale import Scale
from faults.stage import Stage

if TYPE_CHECKING:
    from apps.links.models import Link
    from apps.links.search.results import SearchResult

SEARCH = "elasticsearch"
# A search has been answered within this time (s), by whichever engine.
ANSWERED_WITHIN = 2.0
# The index is equal to the database so long after the fault (s), and Elasticsearch answers searches again.
EQUAL_WITHIN = 60.0
_EVERY = 0.2


@dataclass(slots=True)
class _Searches:
    """What was answered by whom, and how long each took."""

    answers: list[tuple[str, float]] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    # Searches for a word of a link that is there which did not find it.
    missed: list[str] = field(default_factory=list)

    def by(self, engine: str) -> int:
        return sum(by == engine for by, _took in self.answers)


def run(stage: Stage, scale: Scale, report: Report) -> None:
    from django.core.management import call_command  # noqa: PLC0415 - models need the stage's settings

    tell_engines(report)
    server = stage.elasticsearch
    links = Links(stage)
    kept = [links.make() for _ in range(8)]
    with stage.log("search").open("a") as log:
        call_command("search_rebuild", stdout=log)
    ways: list[tuple[str, Callable[[], Any], Callable[[], Any]]] = [
        ("killed", server.kill, server.start),
        ("hangs", server.pause, server.resume),
        ("read-only", lambda: _block(is_blocked=True), lambda: _block(is_blocked=False)),
        ("without a shard", _lose_shards, _find_shards),
    ]
    # The first two are what tells most.
    for how, away, back in ways if scale.ways > 1 else ways[:2]:
        _play(scale, report, links, kept, how, away, back)


def _play(
    scale: Scale, report: Report, links: Links, kept: "list[Link]", how: str, away: Callable[[], Any], back: Callable[[], Any]
) -> None:
    report.tell("", f"{how}:")
    doomed = links.make()
    late = _late_document(doomed)
    writer = Writer(links, kept, rate=scale.writes)
    with _searching(links, kept[0]) as searches:
        writer.start()
        time.sleep(scale.warm_up)
        before = len(searches.answers)
        away()
        links.delete(doomed)
        time.sleep(scale.outage)
        during = _Searches(searches.answers[before:])
        back()
        returned = time.monotonic()
        time.sleep(scale.recovery)
        writer.stop()
    report.none("writes failed", writer.errors)
    report.none("searches without an answer", searches.errors)
    report.none("searches that found nothing", searches.missed)
    report.at_most("slowest search", max(took for _by, took in searches.answers), scale.seconds(ANSWERED_WITHIN), "s")
    if how != "read-only":
        # Such an index can be searched well.
        report.at_least("answered by PostgreSQL", during.by("postgresql"), 1)
    report.at_most("equal after", _seconds_until_equal(returned), EQUAL_WITHIN, "s")
    report.at_most("Elasticsearch answers again after", _seconds_until_served(links, returned), EQUAL_WITHIN, "s")
    report.none("deleted links brought back by a late write", _brought_back(doomed, late))


@contextmanager
def _searching(links: Links, link: "Link") -> Iterator[_Searches]:
    """Somebody who looks for a link again and again."""
    from apps.links.search.engine import SearchUnavailable  # noqa: PLC0415

    searches, ended = _Searches(), threading.Event()

    def look() -> None:
        from django.db import connections  # noqa: PLC0415

        while not ended.wait(_EVERY):
            forget_connections()
            began = time.monotonic()
            try:
                result = _search(links, link.code)
            except SearchUnavailable as error:
                searches.errors.append(str(error))
            else:
                searches.answers.append((result.served_by, time.monotonic() - began))
                if not any(hit.link_id == link.pk for hit in result.hits):
                    searches.missed.append(result.served_by)
        connections.close_all()

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    try:
        yield searches
    finally:
        ended.set()
        thread.join(30)


def _search(links: Links, text: str) -> "SearchResult":
    from django.utils import timezone  # noqa: PLC0415

    from apps.links.search.choice import search  # noqa: PLC0415
    from apps.links.search.query import SearchQuery  # noqa: PLC0415

    return search(SearchQuery(text=text, workspace_ids=(links.workspace.pk,), now=timezone.now()))


def _seconds_until_equal(returned: float) -> float:
    """Until the index has what PostgreSQL has, link by link and version by version."""
    from apps.events.errors import SinkUnavailable  # noqa: PLC0415
    from apps.links.search.elastic.comparison import compare  # noqa: PLC0415

    while time.monotonic() - returned < EQUAL_WITHIN + 30:
        try:
            if not compare(settle_seconds=0.5).differences:
                return time.monotonic() - returned
        except SinkUnavailable:
            time.sleep(0.5)
    return float("inf")


def _seconds_until_served(links: Links, returned: float) -> float:
    while time.monotonic() - returned < EQUAL_WITHIN + 30:
        if _search(links, "x").served_by == "elasticsearch":
            return time.monotonic() - returned
        time.sleep(0.2)
    return float("inf")


def _late_document(link: "Link") -> list[dict[str, Any]]:
    """What a consumer would write of the link as it is now."""
    from apps.links.search.elastic import indices  # noqa: PLC0415
    from apps.links.search.elastic.document import LinkDocument  # noqa: PLC0415
    from apps.links.search.rows import read_rows  # noqa: PLC0415

    return list(LinkDocument().write_actions(read_rows(pk=link.pk), index=indices.searched()))


def _brought_back(link: "Link", late: list[dict[str, Any]]) -> set[str]:
    from apps.links.search.elastic.client import get_client  # noqa: PLC0415
    from apps.links.search.elastic.writing import send  # noqa: PLC0415

    send(late)
    found = get_client().get(index=late[0]["_index"], id=str(link.pk))["_source"]
    return set() if found["is_deleted"] else {link.code}


def _block(*, is_blocked: bool) -> None:
    _set({"index.blocks.read_only_allow_delete": True if is_blocked else None})


def _lose_shards() -> None:
    """A new index that no node may hold is searched in place of ours."""
    from apps.links.search.elastic import indices  # noqa: PLC0415
    from apps.links.search.elastic.client import get_client  # noqa: PLC0415

    settings = {"index.routing.allocation.require.box": "none"}
    aliases: dict[str, Any] = {indices.reading_alias(): {}}
    get_client().indices.create(index=_RED, settings=settings, aliases=aliases, wait_for_active_shards="0")


_RED = "red-index"


def _find_shards() -> None:
    from apps.links.search.elastic.client import get_client  # noqa: PLC0415

    get_client().indices.delete(index=_RED)


def _set(settings: dict[str, Any]) -> None:
    from apps.links.search.elastic import indices  # noqa: PLC0415
    from apps.links.search.elastic.client import get_client  # noqa: PLC0415

    get_client().indices.put_settings(index=indices.searched(), settings=settings)
