"""The whole product under load: accepted clicks and stored clicks are the same set."""

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from tests.load.generator import Answer, Load, Result, run
from tests.product import Product, running_product

pytestmark = [pytest.mark.product, pytest.mark.timeout(300)]

REQUESTS = 10_000
CONNECTIONS = 16


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    with running_product(tmp_path_factory.mktemp("load") / "var", RATE_LIMIT_REDIRECT="0") as product:
        yield product


def shell(product: Product, code: str) -> Any:
    """What the code prints last, as JSON, when it runs in the product's own environment."""
    return json.loads(product.run("shell", "-v", "0", "-c", code).strip().splitlines()[-1])


def follow(product: Product, *, on_answer: Callable[[Answer], None] = lambda _answer: None) -> Result:
    urls = shell(product, "from tests.load.links import main; main(20)")
    return run(Load(urls, REQUESTS, connections=CONNECTIONS, on_answer=on_answer))


def verdict_on(product: Product, result: Result, folder: Path) -> dict[str, Any]:
    log = folder / "answers.jsonl"
    log.write_text("".join(json.dumps(asdict(answer)) + "\n" for answer in result.answers), encoding="utf-8")
    verdict: dict[str, Any] = shell(product, f"from tests.load.oracle import main; main({str(log)!r})")
    return verdict


def test_ten_thousand_redirects_are_stored_once_each_while_ingest_runs(product: Product, tmp_path: Path) -> None:
    result = follow(product)
    verdict = verdict_on(product, result, tmp_path)

    assert len(result.accepted) == REQUESTS
    assert (verdict["lost"], verdict["doubled"], verdict["extra"]) == ([], [], [])
    assert verdict["in_table"] == verdict["in_rollup"] == verdict["on_links"]


def test_a_killed_server_loses_no_accepted_click_and_doubles_none(product: Product, tmp_path: Path) -> None:
    killer = Killer(product, "redirector", after=REQUESTS // 2)

    result = follow(product, on_answer=killer)
    verdict = verdict_on(product, result, tmp_path)

    assert killer.killed >= 1
    assert len(result.accepted) >= REQUESTS - CONNECTIONS
    assert (verdict["lost"], verdict["doubled"]) == ([], [])
    # Clicks that were written down, but whose answer died with the server.
    assert set(verdict["extra"]) <= result.unanswered
    assert verdict["in_table"] == verdict["in_rollup"] == verdict["on_links"]


def test_killed_shipper_and_consumers_lose_and_double_nothing(product: Product, tmp_path: Path) -> None:
    shippers = Killer(product, "ship_clicks", after=REQUESTS // 3)
    consumers = Killer(product, "consume", after=REQUESTS // 2)

    def on_answer(answer: Answer) -> None:
        shippers(answer)
        consumers(answer)

    result = follow(product, on_answer=on_answer)
    verdict = verdict_on(product, result, tmp_path)

    assert shippers.killed >= 1
    assert consumers.killed >= 1
    assert len(result.accepted) == REQUESTS
    assert (verdict["lost"], verdict["doubled"], verdict["extra"]) == ([], [], [])
    assert verdict["in_table"] == verdict["in_rollup"] == verdict["on_links"]


class Killer:
    """Kills the product's processes that run `command`, with -9, after so many answers."""

    def __init__(self, product: Product, command: str, *, after: int) -> None:
        self._product = product
        self._command = command
        self._left = after
        self.killed = 0

    def __call__(self, _answer: Answer) -> None:
        self._left -= 1
        if self._left == 0:
            for process in self._product.processes(self._command):
                process.kill()
                self.killed += 1
