"""Files of figures, written by real processes that live, end and are killed."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from apps.common.metrics.families import Family, counter, gauge, shared
from apps.common.metrics.files import MetricsFile, read_figures
from apps.common.metrics.merging import merged

_PROCESS = """
import sys, time
from pathlib import Path
from apps.common.metrics.families import counter, gauge
from apps.common.metrics.files import MetricsFile
file = MetricsFile(Path(sys.argv[1]), "helper")
for number in range(int(sys.argv[2]) + 1):
    file.write([counter("seen_total", "Seen.", number), gauge("entries", "Entries.", number)])
print("written", flush=True)
if sys.stdin.read() == "end":
    file.close()
"""

Start = Callable[[int], "subprocess.Popen[str]"]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    processes: list[subprocess.Popen[str]] = []

    def run(number: int) -> "subprocess.Popen[str]":
        command = [sys.executable, "-c", _PROCESS, str(tmp_path), str(number)]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        processes.append(process)
        assert process.stdout is not None
        assert process.stdout.readline() == "written\n"
        return process

    yield run
    for process in processes:
        process.kill()
        process.communicate()


def values(directory: Path, name: str) -> list[tuple[dict[str, str], float]]:
    return [sample for family in merged(read_figures(directory), now=time.time()) if family.name == name for sample in family.samples]


def test_counters_of_processes_are_added_up_and_gauges_stand_apart(tmp_path: Path, start: Start) -> None:
    one, two = start(3), start(4)

    assert values(tmp_path, "seen_total") == [({}, 7)]
    pids = {labels["pid"]: (labels["role"], value) for labels, value in values(tmp_path, "entries")}
    assert pids == {str(one.pid): ("helper", 3), str(two.pid): ("helper", 4)}
    assert values(tmp_path, "processes") == [({"role": "helper"}, 2)]


def test_a_killed_process_leaves_its_sum_and_nothing_else(tmp_path: Path, start: Start) -> None:
    killed, other = start(3), start(4)
    killed.kill()
    killed.wait()

    for _ in range(2):
        assert values(tmp_path, "seen_total") == [({}, 7)]
        assert [labels["pid"] for labels, _ in values(tmp_path, "entries")] == [str(other.pid)]
    assert [path.name for path in tmp_path.glob("*.json")] == [f"helper-{other.pid}.json"]


def test_a_process_that_ends_takes_its_file_away(tmp_path: Path, start: Start) -> None:
    process = start(3)
    process.communicate("end")

    assert list(tmp_path.glob("*.json")) == []
    assert values(tmp_path, "seen_total") == [({}, 3)]


def test_the_file_of_a_dead_process_is_not_believed_because_its_number_lives(tmp_path: Path, start: Start) -> None:
    process = start(3)
    process.kill()
    process.wait()
    (tmp_path / f"helper-{process.pid}.json").rename(tmp_path / f"helper-{os.getpid()}.json")

    assert values(tmp_path, "entries") == []


def test_a_stopped_process_counts_as_living(tmp_path: Path, start: Start) -> None:
    process = start(3)
    process.send_signal(signal.SIGSTOP)
    time.sleep(0.1)

    assert values(tmp_path, "processes") == [({"role": "helper"}, 1)]
    [(_, age)] = values(tmp_path, "process_figures_age_seconds")
    assert age >= 0.1


def test_of_what_several_look_at_the_latest_look_counts(tmp_path: Path) -> None:
    def look(lag: int) -> list[Family]:
        return [shared("lag", "Lag.", [({"group": "g"}, lag)])]

    first, second = MetricsFile(tmp_path, "first"), MetricsFile(tmp_path, "second")
    second.write(look(1))
    first.write(look(2))

    assert values(tmp_path, "lag") == [({"group": "g"}, 2)]


def test_nothing_is_written_after_the_end(tmp_path: Path) -> None:
    file = MetricsFile(tmp_path, "late")
    file.write([counter("seen_total", "Seen.", 1)])
    file.close()
    file.write([counter("seen_total", "Seen.", 1)])

    assert values(tmp_path, "seen_total") == [({}, 1)]
    assert list(tmp_path.glob("*.json")) == []


def test_files_that_cannot_be_read_are_passed_over(tmp_path: Path) -> None:
    good = MetricsFile(tmp_path, "good")
    good.write([gauge("entries", "Entries.", {"a": 1}, label="kind")])
    for name in ("torn-1.json", "ended.total"):
        (tmp_path / name).write_text('{"role": ')

    assert [labels["kind"] for labels, _ in values(tmp_path, "entries")] == ["a"]


def test_a_directory_that_cannot_be_written_is_counted_not_raised(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    file = MetricsFile(tmp_path / "file", "helper")

    file.write([])
    file.write([])
    file.close()

    assert file.failures == 2


def test_no_process_at_all_is_no_error(tmp_path: Path) -> None:
    assert values(tmp_path / "missing", "processes") == []
