import fcntl
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from apps.redirects.frames import FIELD_LIMIT, FILE_HEAD, read_frames
from apps.redirects.spool import Spool
from tests.redirects.spooling import click, files, sequences_in, spool_with


@contextmanager
def room_for(size: int) -> Iterator[None]:
    """Files grow to `size` bytes at most; the kernel writes what fits, as it does on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_sequences_begin_at_one_and_have_no_gaps(tmp_path: Path) -> None:
    spool_with(tmp_path, 5).close()
    assert sequences_in(tmp_path) == [1, 2, 3, 4, 5]


def test_a_full_file_is_followed_by_another(tmp_path: Path) -> None:
    spool_with(tmp_path, 50, file_bytes=1000).close()
    assert len(files(tmp_path)) > 3
    assert sequences_in(tmp_path) == list(range(1, 51))


def test_the_writer_holds_a_lock_on_its_file_until_it_ends(tmp_path: Path) -> None:
    spool = spool_with(tmp_path, 1)
    with files(tmp_path)[0].open("rb") as file:
        with pytest.raises(BlockingIOError):
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        spool.close()
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_long_values_of_visitors_are_cut(tmp_path: Path) -> None:
    spool = spool_with(tmp_path, 0)
    spool.append(1, click(agent="a" * 7000, query="q" * 3000))
    spool.close()
    [frame] = read_frames(files(tmp_path)[0].read_bytes(), FILE_HEAD.size)
    values = frame.fields.split(b"\0")
    assert (len(values[10]), len(values[13])) == (FIELD_LIMIT, FIELD_LIMIT)


def test_a_click_that_cannot_be_written_is_counted_and_leaves_no_trace(tmp_path: Path) -> None:
    spool = spool_with(tmp_path, 3)
    size = files(tmp_path)[0].stat().st_size
    with room_for(size + 10):
        spool.append(1, click())
    assert spool.dropped == 1
    assert files(tmp_path)[0].stat().st_size == size
    spool.append(1, click())
    spool.close()
    assert sequences_in(tmp_path) == [1, 2, 3, 4]


def test_held_clicks_are_written_at_the_flush_in_their_order(tmp_path: Path) -> None:
    spool = spool_with(tmp_path, 1)
    spool.hold(1, click("held-one"))
    spool.hold(2, click("held-two"))
    assert sequences_in(tmp_path) == [1]
    spool.flush()
    spool.flush()
    assert sequences_in(tmp_path) == [1, 2, 3]
    spool.close()


def test_a_click_appended_comes_behind_those_held(tmp_path: Path) -> None:
    spool = spool_with(tmp_path, 0)
    spool.hold(1, click("held"))
    spool.append(2, click("appended"))
    spool.close()
    frames = list(read_frames(files(tmp_path)[0].read_bytes(), FILE_HEAD.size))
    assert [(frame.sequence, frame.fields.split(b"\0")[6]) for frame in frames] == [(1, b"held"), (2, b"appended")]


def test_held_clicks_that_cannot_be_written_are_each_counted(tmp_path: Path) -> None:
    spool = spool_with(tmp_path, 3)
    size = files(tmp_path)[0].stat().st_size
    with room_for(size + 10):
        spool.hold(1, click())
        spool.hold(2, click())
        spool.flush()
    assert (spool.dropped, files(tmp_path)[0].stat().st_size) == (2, size)
    spool.hold(3, click())
    spool.flush()
    spool.close()
    assert sequences_in(tmp_path) == [1, 2, 3, 4]


def test_a_directory_that_comes_back_is_used_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blocked = tmp_path / "spool"
    blocked.write_text("in the way")
    monkeypatch.setattr("apps.redirects.spool._REOPEN_AFTER", 0.0)
    spool = Spool(blocked, file_bytes=1000)
    spool.append(1, click())
    assert spool.dropped == 1
    blocked.unlink()
    spool.append(2, click())
    spool.close()
    assert sequences_in(blocked) == [1]
