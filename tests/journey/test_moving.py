"""An operator moves the running product from its embedded engines to servers, by the steps of the README."""

import re
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from clickhouse_driver import Client

from shortener_project.embedded.throwaway import ThrowAway, throw_away_engines
from tests.folders import remove_traces
from tests.product import ROOT, Product

pytestmark = [pytest.mark.product, pytest.mark.timeout(400)]

BROWSER = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"
STORED = "SELECT count(), uniqExact(event_id), (SELECT sum(clicks) FROM clicks_hourly), countIf(code = %(code)s) FROM click_events"


@pytest.fixture
def servers() -> Iterator[ThrowAway]:
    """Engines of their own, which the product takes for an operator's servers."""
    with throw_away_engines(["DATABASE_URL", "REDIS_URL", "CLICKHOUSE_URL"], durable=False) as made:
        yield made


@pytest.fixture
def product(tmp_path: Path) -> Iterator[Product]:
    product = Product(tmp_path / "var", environment={"RATE_LIMIT_REDIRECT": "0"})
    yield product
    product.stop()
    remove_traces(product.var_dir)


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_args: object) -> None:
        return None


def follow(product: Product, code: str, times: int) -> None:
    opener = urllib.request.build_opener(_Stay)
    for _ in range(times):
        request = urllib.request.Request(f"{product.url}/{code}", headers={"User-Agent": BROWSER})
        with pytest.raises(urllib.error.HTTPError, match="HTTP Error 30"):
            opener.open(request, timeout=10)


def wait_for(condition: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.3)


def commands_of_readme() -> list[str]:
    """What the README tells to type for PostgreSQL."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    return re.findall(r"^ {7}((?:PG=|\$PG/).+)$", text, re.MULTILINE)


def test_all_engines_are_replaced_and_no_click_is_lost_or_doubled(product: Product, servers: ThrowAway, tmp_path: Path) -> None:
    urls = servers.environment
    product.start()
    product.run("demo")
    embedded = product.run("engine_url", "DATABASE_URL").strip()
    with psycopg.connect(embedded) as database:
        [code, before] = (
            database.execute("SELECT code, click_count FROM links_link WHERE is_active ORDER BY click_count DESC LIMIT 1").fetchone() or ()
        )
    follow(product, code, 5)
    clickhouse = {"CLICKHOUSE_URL": urls["CLICKHOUSE_URL"]}
    first = subprocess.run(
        product.command("copy_clicks"), env={**product.environment, **clickhouse}, cwd=ROOT, text=True, capture_output=True, check=False
    )
    assert first.returncode in {0, 1}, first.stderr
    product.stop()

    product.start("--without", "consumers", "worker", "beat")
    follow(product, code, 5)
    last = subprocess.run(
        product.command("copy_clicks"), env={**product.environment, **clickhouse}, cwd=ROOT, text=True, capture_output=True, check=False
    )
    assert "both sides hold the same" in last.stdout, last.stdout + last.stderr
    product.stop()

    product.environment.update(clickhouse)
    product.start("--without", "shipper", "relay")
    follow(product, code, 5)
    wait_for(lambda: all(row.rstrip(" │").endswith(" 0") for row in product.run("events_status").splitlines() if row.startswith("│")))
    product.stop()

    product.start("--engines")
    script = "\n".join(commands_of_readme()).replace("shortener.dump", str(tmp_path / "shortener.dump"))
    script = script.replace("postgres://user:password@db.example.com:5432/shortener", urls["DATABASE_URL"])
    moved = subprocess.run(["bash", "-euc", script], env=product.environment, cwd=ROOT, text=True, capture_output=True, check=False)
    assert moved.returncode == 0, moved.stderr
    product.stop()

    product.environment.update({"DATABASE_URL": urls["DATABASE_URL"], "REDIS_URL": urls["REDIS_URL"]})
    product.start()
    follow(product, code, 5)

    with Client.from_url(urls["CLICKHOUSE_URL"]) as client, psycopg.connect(urls["DATABASE_URL"], autocommit=True) as database:

        def count() -> int:
            [found] = database.execute("SELECT click_count FROM links_link WHERE code = %s", [code]).fetchone() or (0,)
            return int(found)

        wait_for(lambda: count() == before + 20)
        [(rows, different, summed, of_link)] = client.execute(STORED, {"code": code})
    assert rows == different == summed
    assert of_link == before + 20
