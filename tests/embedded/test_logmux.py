"""One log of many processes."""

import io
from pathlib import Path

import pytest

from shortener_project.embedded.logmux import LogMux


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Gone(io.StringIO):
    def write(self, text: str) -> int:  # noqa: ARG002 - the base class's signature
        raise BrokenPipeError


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "shortener.log"


def test_lines_carry_an_aligned_name_in_the_file_and_on_the_output(file: Path) -> None:
    output = io.StringIO()
    log = LogMux(file, output, width=6)
    log.attach("site", io.BytesIO(b"one\n\ntwo\nno line end"))
    log.close()

    expected = "site   | one\nsite   | two\nsite   | no line end\n"
    assert output.getvalue() == expected
    assert file.read_text() == expected


def test_nothing_that_a_process_writes_can_move_the_cursor(file: Path) -> None:
    output = io.StringIO()
    log = LogMux(file, output, width=4)
    log.attach("site", io.BytesIO(b"\x1b[2Jclear\x07 \xff\n"))
    log.close()

    assert output.getvalue() == "site | \\x1b[2Jclear\\x07 \N{REPLACEMENT CHARACTER}\n"


def test_only_a_terminal_gets_colours(file: Path) -> None:
    terminal = Terminal()
    log = LogMux(file, terminal, width=4)
    log.attach("site", io.BytesIO(b"one\n"))
    log.close()

    assert terminal.getvalue().startswith("\x1b[")
    assert file.read_text() == "site | one\n"


def test_the_file_goes_on_when_the_reader_of_the_output_has_gone(file: Path) -> None:
    log = LogMux(file, Gone(), width=4)
    log.attach("site", io.BytesIO(b"one\ntwo\n"))
    log.close()

    assert file.read_text() == "site | one\nsite | two\n"


def test_a_line_without_end_is_cut(file: Path) -> None:
    log = LogMux(file, io.StringIO(), width=4)
    log.attach("site", io.BytesIO(b"x" * 100_000))
    log.close()

    assert max(map(len, file.read_text().splitlines())) <= 16 * 1024 + 10


def test_asides_are_for_the_file(file: Path) -> None:
    output = io.StringIO()
    log = LogMux(file, output, width=4)
    log.attach("site", io.BytesIO(b"one\nBy the way: two\n"), asides=["By the way"])
    log.close()

    assert output.getvalue() == "site | one\n"
    assert file.read_text() == "site | one\nsite | By the way: two\n"
