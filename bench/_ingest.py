"""From the bus to ClickHouse: one consumer process on a core of its own, as fast as it can."""

import subprocess
import sys
import time
from collections.abc import Mapping

from clickhouse_driver import Client

from bench._processes import ROOT, cpu_seconds, memory_mb, running
from bench.figures import Figure

GOAL = 15_000
CLICKS = 300_000
_GROUP = "click-ingest"
_PATIENCE = 240.0
_LOOK_SECONDS = 0.2


def measure(name: str, environment: Mapping[str, str]) -> list[Figure]:
    """Fill the bus that `environment` names with clicks, then let one consumer process store them.

    The rate is that from the first block that is stored to the last, so that the process has started.
    All clicks must be there in the end, each once, in the table and in the rollup.
    """
    variables = dict(environment)
    fill = [sys.executable, "-m", "bench._clicks", str(CLICKS)]
    subprocess.run(fill, cwd=ROOT, env=variables, check=True)  # noqa: S603 - ours
    client = Client.from_url(variables["CLICKHOUSE_URL"])
    with running([sys.executable, "manage.py", "consume", _GROUP], variables) as pid:
        first_at, first, used = 0.0, 0, 0.0
        deadline = time.monotonic() + _PATIENCE
        while (stored := _count(client)) < CLICKS:
            if not first and stored:
                first_at, first, used = time.monotonic(), stored, cpu_seconds(pid)
            if time.monotonic() > deadline:
                sys.exit(f"bench: {stored} of {CLICKS} clicks are stored after {_PATIENCE} s")
            time.sleep(_LOOK_SECONDS)
        seconds = time.monotonic() - first_at
        used = cpu_seconds(pid) - used
        memory = memory_mb(pid)["Rss"]
    ((distinct, in_rollup),) = client.execute("SELECT uniqExact(event_id), (SELECT sum(clicks) FROM clicks_hourly) FROM click_events")
    client.disconnect()
    return [
        Figure.at_least(name, (CLICKS - first) / seconds, "clicks/s", GOAL),
        Figure.told(f"{name}_cpu", used / (CLICKS - first) * 1e6, "us/click"),
        Figure.told(f"{name}_memory", memory, "MB"),
        Figure.at_most(f"{name}_lost", CLICKS - distinct, "clicks", 0),
        Figure.at_most(f"{name}_rollup_wrong", abs(CLICKS - in_rollup), "clicks", 0),
    ]


def _count(client: Client) -> int:
    return int(client.execute("SELECT count() FROM click_events")[0][0])
