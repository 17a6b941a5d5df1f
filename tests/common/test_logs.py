"""Log lines: one line an event, whatever it holds."""

import io
import logging
import re

import pytest
import structlog
from django.core.exceptions import DisallowedHost
from django.test import Client

from apps.common.logs import LineFormatter, RefusedRequests, escape, quote
from tests.shared_data import shared_json

LINE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z [a-z]+ +\S+ .+")
NAUGHTY = [
    "two\nlines",
    "carriage\rreturn",
    "both\r\n2026-01-01T00:00:00Z info     root forged",
    "terminal \x1b[2J\x1b[31mred",
    "bell\x07",
    "C1 \x9b31m",
    "line separator \u2028 and paragraph \u2029",
    "right to left \u202e override",
    "zero\u200bwidth",
    "nul\x00",
    "a lone \ud800 surrogate",
]


@pytest.fixture
def logger() -> tuple[logging.Logger, io.StringIO]:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(LineFormatter())
    logger = logging.getLogger("tests.lines")
    logger.handlers, logger.propagate = [handler], False
    logger.setLevel(logging.DEBUG)
    return logger, stream


def written(stream: io.StringIO) -> str:
    line = stream.getvalue()
    assert line.endswith("\n")
    assert line.count("\n") == 1, line
    return line[:-1]


def test_a_line_is_time_level_logger_event_and_pairs(logger: tuple[logging.Logger, io.StringIO]) -> None:
    structlog.get_logger("tests.lines").warning("link created", link_id=7, code="abc", title="Two words", empty="")

    line = written(logger[1])
    assert LINE.fullmatch(line)
    assert line.split(" ", 1)[1] == 'warning  tests.lines link created link_id=7 code=abc title="Two words" empty=""'


def test_lines_of_python_loggers_look_the_same(logger: tuple[logging.Logger, io.StringIO]) -> None:
    logger[0].info("moved %s to %d", "x", 3, extra={"shelf": "upper left"})

    assert written(logger[1]).endswith('info     tests.lines moved x to 3 shelf="upper left"')


def test_an_event_that_looks_like_a_pair_is_quoted(logger: tuple[logging.Logger, io.StringIO]) -> None:
    logger[0].info("level=error")

    assert written(logger[1]).endswith('tests.lines "level=error"')


def test_a_traceback_stays_on_the_line(logger: tuple[logging.Logger, io.StringIO]) -> None:
    try:
        int("x\ny")
    except ValueError:
        logger[0].exception("failed")

    assert "Traceback (most recent call last):\\n" in written(logger[1])


def test_a_foreign_host_name_is_one_short_warning(logger: tuple[logging.Logger, io.StringIO]) -> None:
    handler = logger[0].handlers[0]
    handler.addFilter(RefusedRequests())
    refusals = logging.getLogger(f"django.security.{DisallowedHost.__name__}")
    refusals.addHandler(handler)
    try:
        assert Client(HTTP_HOST="evil.example").get("/links/").status_code == 400
    finally:
        refusals.removeHandler(handler)

    line = written(logger[1])
    assert " warning  django.security.DisallowedHost Invalid HTTP_HOST header: 'evil.example'." in line
    assert "Traceback" not in line


def test_the_request_id_is_bound_to_lines(logger: tuple[logging.Logger, io.StringIO]) -> None:
    with structlog.contextvars.bound_contextvars(request_id="abc"):
        logger[0].info("within")

    assert written(logger[1]).endswith("within request_id=abc")


@pytest.mark.parametrize("text", NAUGHTY)
def test_no_value_begins_a_line_or_moves_the_cursor(logger: tuple[logging.Logger, io.StringIO], text: str) -> None:
    logger[0].info("%s", text)
    structlog.get_logger("tests.lines").info("event", value=text, **{text: "key"})

    first, second, rest = logger[1].getvalue().split("\n")
    assert rest == ""
    for line in (first, second):
        assert line.isprintable()


def test_naughty_strings_stay_on_one_line(logger: tuple[logging.Logger, io.StringIO]) -> None:
    texts = shared_json("naughty-strings/blns.json")
    for text in texts:
        logger[0].info("%s", text, extra={"value": text})

    lines = logger[1].getvalue().split("\n")
    assert len(lines) == len(texts) + 1
    assert all(LINE.fullmatch(line) and line.isprintable() for line in lines[:-1])


def test_quoting_can_be_undone() -> None:
    assert quote('say "hi"\\n') == '"say \\"hi\\"\\\\n"'
    assert quote("plain/path?x") == "plain/path?x"
    assert escape("a\tb\u2028") == "a\\x09b\\u2028"
