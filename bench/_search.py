"""Fills Elasticsearch with links and searches them; prints the times as JSON. A process of its own, with Django."""

import json
import os
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from random import Random
from statistics import quantiles
from typing import Any

import django

from bench._link_texts import LinkText, link_texts, vocabulary

LINKS = int(os.environ.get("BENCH_LINKS", "3000000"))
LOAD_SECONDS = float(os.environ.get("BENCH_LOAD_SECONDS", "3600"))
# Every third link is in the workspace that searches; the others share 500.
WORKSPACE = OWNER = 1
OTHERS = 500
ROUNDS = 60
_CHUNK = 1_000
_THREADS = 2
_NOW = datetime(2026, 11, 1, tzinfo=UTC)


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shortener_project.settings.embedded")
    django.setup()
    rate = fill()
    from apps.links.search.elastic.engine import ElasticSearch  # noqa: PLC0415 - Django is set up by now

    told = {
        **measured(ElasticSearch(), workspace_id=WORKSPACE, owner_id=OWNER),
        "links": count(),
        "owned": count(workspace_id=str(WORKSPACE)),
        "loaded_per_second": rate,
    }
    json.dump(told, sys.stdout)


def measured(engine: Any, *, workspace_id: int, owner_id: int) -> dict[str, Any]:
    """Times of searches by one owner of many links: p95 of all without facets, of each kind, and of all with facets (ms)."""
    owned: dict[str, Any] = {"workspace_ids": (workspace_id,), "owner_id": owner_id}
    from apps.links.search.engine import SearchUnavailable  # noqa: PLC0415 - Django is set up by now

    for ask in kinds().values():
        # The first ones read everything from the disk, which may take too long.
        with suppress(SearchUnavailable):
            times(engine, ask, rounds=10, with_facets=False, **owned)
    taken = {kind: times(engine, ask, with_facets=False, **owned) for kind, ask in kinds().items()}
    with_facets = [seconds for ask in kinds().values() for seconds in times(engine, ask, rounds=ROUNDS // 3, **owned)]
    return {
        "p95_ms": p95([seconds for of_kind in taken.values() for seconds in of_kind]),
        "kinds": {kind: p95(seconds) for kind, seconds in taken.items()},
        "facets_ms": p95(with_facets),
    }


def p95(seconds: Sequence[float]) -> float:
    """In milliseconds."""
    return quantiles(seconds, n=20, method="inclusive")[-1] * 1000


def count(index: str = "", **term: str) -> int:
    """Documents in `index`, or in the one that is searched."""
    from apps.links.search.elastic import indices  # noqa: PLC0415 - Django is set up by now
    from apps.links.search.elastic.client import get_client  # noqa: PLC0415

    query: dict[str, Any] = {"term": term} if term else {"match_all": {}}
    get_client().indices.refresh(index=index or indices.reading_alias())
    return int(get_client().count(index=index or indices.reading_alias(), query=query)["count"])


def fill() -> float:
    """Write all links to an index as a rebuild does, but those that a kept folder has, and search it; links a second."""
    from apps.links.search.elastic import indices  # noqa: PLC0415

    name = indices.searched() or next(iter(indices.all_names()), "") or indices.create(now=datetime.now(UTC))
    kept = count(name) // _CHUNK * _CHUNK
    began, done = time.monotonic(), 0
    with ThreadPoolExecutor(_THREADS) as pool:
        waiting: list[Any] = []
        for first in range(kept, LINKS, _CHUNK):
            waiting.append(pool.submit(_write, first, name))
            if len(waiting) > _THREADS:
                done += waiting.pop(0).result()
            if time.monotonic() - began > LOAD_SECONDS:
                break
        done += sum(future.result() for future in waiting)
    rate: float = done / (time.monotonic() - began)
    indices.publish(name)
    if done:
        # As it is some minutes later: merges are over.
        time.sleep(10)
    return rate


def _write(first: int, index: str) -> int:
    from apps.links.search.elastic.rebuild import write_patiently  # noqa: PLC0415

    texts = link_texts(first, min(_CHUNK, LINKS - first))
    links = [_link(number, text) for number, text in enumerate(texts, start=first)]
    return write_patiently(links, index, threading.Event()).taken


def _link(number: int, text: LinkText) -> Any:
    """A link that no database has seen."""
    from apps.links.search.rows import LinkRow  # noqa: PLC0415

    workspace = WORKSPACE if number % 3 == 0 else WORKSPACE + 1 + number % OTHERS
    return LinkRow(
        pk=number + 1,
        version=1,
        workspace_id=workspace,
        owner_id=workspace,
        hostname="sho.example",
        code=text.code,
        title=text.title,
        description=text.description,
        destination_url=text.destination_url,
        created_at=_NOW - timedelta(seconds=number % 50_000_000),
        valid_from=None,
        expires_at=None,
        deleted_at=None,
        banned_at=None,
        is_active=True,
        max_clicks=None,
        redirects_used=0,
        tag_names=text.tags,
        alias_places=[],
    )


def kinds() -> Mapping[str, Callable[[Random], str]]:
    """What people type, by kind: words are those of links of the owner."""

    def of(random: Random) -> LinkText:
        number = 3 * random.randrange(max(1, LINKS // 3))
        return next(iter(link_texts(number, 1)))

    def word(random: Random, least: int = 1) -> str:
        while True:
            text = of(random)
            found = [word for word in f"{text.title} {text.description}".lower().split() if len(word) >= least]
            if found:
                return random.choice(found)

    def misspelled(random: Random) -> str:
        right = word(random, least=6)
        place = random.randrange(1, len(right) - 1)
        return right[:place] + right[place + 1] + right[place] + right[place + 2 :]

    return {
        "word": word,
        "beginning": lambda random: word(random, least=5)[: random.randint(2, 4)],
        "two_words": lambda random: " ".join((of(random).title or "common words").split()[:2]),
        "misspelled": misspelled,
        "misspelled_and_beginning": lambda random: f"{misspelled(random)} {word(random)[:3]}",
        "code": lambda random: of(random).code,
        "host": lambda random: of(random).destination_url.split("/")[2],
        "common": lambda random: vocabulary()[random.randrange(20)],
        "destination": lambda random: of(random).destination_url,
    }


def times(engine: Any, ask: Callable[[Random], str], *, rounds: int = ROUNDS, **query: Any) -> list[float]:
    """Seconds of each search."""
    from apps.links.search.query import SearchQuery  # noqa: PLC0415

    random, taken = Random(3), []  # noqa: S311 - the same searches in each run
    for _round in range(rounds):
        asked = SearchQuery(text=ask(random), now=_NOW, **query)
        began = time.perf_counter()
        engine.search(asked)
        taken.append(time.perf_counter() - began)
    return taken


if __name__ == "__main__":
    main()
