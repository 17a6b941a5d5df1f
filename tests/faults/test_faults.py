"""Faults that are quick to play, each with real processes on a stage of their own; `make faults` plays all."""

import os
import subprocess
import sys

import pytest

from tests.product import OWN_VARIABLES, ROOT

pytestmark = [pytest.mark.product, pytest.mark.timeout(180)]

QUICK = ("F5", "F6")


@pytest.fixture(scope="module")
def lines() -> dict[str, str]:
    """What was seen, by the fault's name."""
    environment = {name: value for name, value in os.environ.items() if name not in OWN_VARIABLES} | {"SCALE": "quick"}
    command = [sys.executable, "-m", "faults", "--together", *QUICK]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=170, check=False)
    found = [line for line in done.stdout.splitlines() if line.startswith("fault ")]
    assert len(found) == len(QUICK), done.stdout + done.stderr
    return {line.split(" ", 2)[1]: line for line in found}


def test_every_kind_of_change_shows_in_all_processes_within_a_second(lines: dict[str, str]) -> None:
    assert " held " in lines["F5"], lines["F5"]


def test_slow_readers_put_no_old_value_back(lines: dict[str, str]) -> None:
    assert " held " in lines["F6"], lines["F6"]
