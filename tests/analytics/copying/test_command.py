"""manage.py copy_clicks as an operator runs it."""

import signal
import subprocess
from collections.abc import Iterator

import pytest
from clickhouse_driver import Client

from tests.analytics.copying.conftest import Engine, command, environment_of, manage
from tests.product import ROOT

pytestmark = pytest.mark.django_db(databases=["default", "clickhouse"])

TOTALS = (
    "SELECT count(), uniqExact(event_id), (SELECT sum(clicks) FROM clicks_hourly), (SELECT sum(clicks) FROM clicks_daily) FROM click_events"
)


@pytest.fixture
def target(target_url: str) -> Iterator[Client]:
    with Client.from_url(target_url) as client:
        yield client


def copy(engine: Engine, url: str, *options: str) -> "subprocess.CompletedProcess[str]":
    return manage(url, "copy_clicks", *options, VAR_DIR=str(engine.var_dir), CLICK_RETENTION_DAYS="10000")


def test_a_killed_run_is_gone_on_with_and_compared(engine: Engine, target_url: str, target: Client) -> None:
    engine.fill("2026-05-03", 60_000)
    engine.fill("2026-05-04", 60_000)
    environment = environment_of(target_url, VAR_DIR=str(engine.var_dir), CLICK_RETENTION_DAYS="10000", PYTHONUNBUFFERED="1")
    with subprocess.Popen(command("copy_clicks"), env=environment, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        for line in process.stdout:
            if line.startswith("click_events 2026-05-03"):
                process.send_signal(signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL

    engine.fill("2026-05-04", 1_000)
    again = copy(engine, target_url)

    assert again.returncode == 0, again.stdout + again.stderr
    assert "both sides hold the same" in again.stdout
    assert "differs" not in again.stdout
    assert target.execute(TOTALS) == [(124_000, 124_000, 124_000, 124_000)]
    assert copy(engine, target_url).stdout.endswith("0 rows copied; both sides hold the same\n")


def test_a_difference_is_told_and_ends_badly(engine: Engine, target_url: str, target: Client) -> None:
    assert copy(engine, target_url).returncode == 0
    target.execute("ALTER TABLE click_events DELETE WHERE toDate(timestamp) = '2026-05-01' SETTINGS mutations_sync = 2")

    told = copy(engine, target_url)

    assert told.returncode == 1
    assert "not copied there" in told.stderr


def test_without_a_server_it_says_what_is_missing(engine: Engine) -> None:
    told = manage("", "copy_clicks", VAR_DIR=str(engine.var_dir))

    assert told.returncode == 1
    assert "CLICKHOUSE_URL is not set" in told.stderr
