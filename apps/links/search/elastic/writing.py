"""Writing links to their indices, many at a time."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any, Final, cast

import orjson
import structlog

from apps.events.errors import SinkUnavailable
from apps.links.search.elastic.client import as_a_sink, get_client, is_passing
from apps.links.search.elastic.document import Action, LinkDocument, tombstones
from apps.links.search.metrics import FAILED, WRITTEN
from apps.links.search.rows import LinkRow, read_rows

log = structlog.get_logger(__name__)

# Of one request: bodies of some megabytes are what servers take best.
CHUNK: Final = 1_000
_CONFLICT: Final = 409
_NOT_FOUND: Final = 404


class IndexGone(Exception):
    """An index that was to be written to has been removed meanwhile."""


@dataclass(frozen=True, slots=True)
class Written:
    """What became of a bulk write: `refused` are links (ids) whose documents the server will never take, with the reason."""

    taken: int
    outdated: int
    refused: Sequence[tuple[int, str]] = ()


def write(link_ids: Iterable[int], *, indices: Sequence[str]) -> Written:
    """Bring documents of these links up to what PostgreSQL has now; what is gone there gets a tombstone.

    An index that has a newer version keeps it. Raises SinkUnavailable when Elasticsearch does not take all
    of it now, and IndexGone; a part may have been written then.
    """
    wanted = sorted(set(link_ids))
    document = LinkDocument()
    links = read_rows(pk__in=wanted)
    gone = sorted(set(wanted) - {link.pk for link in links})
    actions = (chain(document.write_actions(links, index=index), tombstones(gone, index=index)) for index in indices)
    return send(chain.from_iterable(actions))


def write_links(links: Sequence[LinkRow], *, index: str) -> Written:
    """The same for links that have been read, to one index."""
    return send(LinkDocument().write_actions(links, index=index))


def send(actions: Iterable[Action]) -> Written:
    """Send actions as they come. Raises SinkUnavailable and IndexGone."""
    taken = outdated = 0
    refused: list[tuple[int, str]] = []
    actions = iter(actions)
    while chunk := list(islice(actions, CHUNK)):
        for action, item in zip(chunk, _bulk(chunk), strict=True):
            if item["status"] < 300:
                taken += 1
            elif item["status"] == _CONFLICT:
                outdated += 1
            else:
                refused.append((int(action["_id"]), str(item["error"].get("reason", item["error"]["type"]))))
    WRITTEN.inc(taken)
    FAILED.inc(len(refused))
    for link_id, reason in refused:
        log.error("link_not_indexed", link_id=link_id, reason=reason)
    return Written(taken, outdated, refused)


def _bulk(chunk: Sequence[Action]) -> Sequence[dict[str, Any]]:
    """What became of each action, none of which has met a passing trouble."""
    lines: list[bytes] = []
    for action in chunk:
        head = {name: action[name] for name in ("_index", "_id", "version", "version_type")}
        lines += [orjson.dumps({action["_op_type"]: head}), orjson.dumps(action["_source"])]
    with as_a_sink():
        # Lines that are bytes are sent as they are.
        answer = get_client().bulk(operations=cast("list[dict[str, Any]]", lines))
    items = [next(iter(item.values())) for item in answer["items"]]
    if any(item["status"] == _NOT_FOUND for item in items):
        raise IndexGone(", ".join(sorted({action["_index"] for action in chunk})))
    passing = [item for item in items if item["status"] >= 300 and is_passing(item["status"])]
    if passing:
        raise SinkUnavailable(f"Elasticsearch: {passing[0]['status']} {passing[0]['error']['type']}")
    return items
