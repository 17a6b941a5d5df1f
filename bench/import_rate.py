"""How many links a second `manage.py links import` stores: 100,000 out of a CSV file of ours, each with a title and two tags,
with events, audit log and lists, from the command's start to its end. The engines have all cores, as they are part of what is measured."""

import csv
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench._engines import throw_away
from bench._processes import ROOT
from bench._seed import destination_of, random_codes, seed
from bench.figures import Figure

LINKS = 100_000
GOAL = 1_700


def run() -> list[Figure]:
    with throw_away(("DATABASE_URL", "REDIS_URL"), on_one_core=False) as environment, tempfile.TemporaryDirectory() as folder:
        # Makes the owner and the domain.
        seed(environment, ["first"], host="sho.rt")
        file = Path(folder) / "links.csv"
        with file.open("w", newline="", encoding="utf-8") as out:
            rows = csv.writer(out)
            rows.writerow(("code", "destination_url", "title", "tags", "click_count"))
            rows.writerows((code, destination_of(code), f"About {code}", "news, spring", 7) for code in random_codes(LINKS, seed=2))
        started = time.perf_counter()
        command = (sys.executable, "manage.py", "links", "import", str(file), "--owner", "bench@example.com")
        # The log's lines go nowhere: reading them here would cost what is measured.
        told = subprocess.run(  # noqa: S603 - ours
            command, cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        ).stdout
        seconds = time.perf_counter() - started
    if re.search(rf"\b{LINKS}\b", told) is None:
        raise RuntimeError(f"not all links were imported: {told}")
    return [Figure.at_least("import_rate", LINKS / seconds, "links/s", GOAL), Figure.told("import_seconds", seconds, "s")]
