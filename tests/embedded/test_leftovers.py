"""What an earlier supervisor has left running."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from shortener_project.embedded.leftovers import Note, end_leftovers, write_notes


@pytest.fixture
def process() -> Iterator["subprocess.Popen[bytes]"]:
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as process:
        yield process
        process.kill()


@pytest.fixture
def note(process: "subprocess.Popen[bytes]") -> Note:
    note = Note.of("engine", process, signal.SIGTERM)
    assert note is not None
    return note


def test_a_process_of_ours_is_ended_and_named(tmp_path: Path, process: "subprocess.Popen[bytes]", note: Note) -> None:
    write_notes(tmp_path / "notes", [note])

    assert end_leftovers(tmp_path / "notes") == ["engine"]
    assert process.wait(5) == -signal.SIGTERM
    assert not (tmp_path / "notes").exists()


def test_a_stranger_that_has_got_the_same_id_is_left_alone(tmp_path: Path, process: "subprocess.Popen[bytes]", note: Note) -> None:
    write_notes(tmp_path / "notes", [replace(note, created=note.created - 60)])

    assert end_leftovers(tmp_path / "notes") == []
    assert psutil.Process(process.pid).status() != psutil.STATUS_ZOMBIE


def test_no_notes_and_unreadable_notes_are_nothing_to_do(tmp_path: Path) -> None:
    (tmp_path / "broken").write_text("{")

    assert end_leftovers(tmp_path / "none") == []
    assert end_leftovers(tmp_path / "broken") == []
