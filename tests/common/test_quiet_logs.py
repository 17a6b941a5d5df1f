import logging

import pytest

from apps.common.quiet_logs import Seldom


def line(logger: str, text: str = "lost %s") -> logging.LogRecord:
    return logging.LogRecord(logger, logging.WARNING, __file__, 1, text, ("broker",), None)


def test_only_a_few_lines_a_minute_pass() -> None:
    seldom = Seldom(logger="kafka", per_minute=2)

    assert [seldom.filter(line("kafka.net")) for _ in range(4)] == [True, True, False, False]


def test_the_next_minute_tells_how_many_were_held_back(monkeypatch: pytest.MonkeyPatch) -> None:
    seldom = Seldom(logger="kafka", per_minute=1)
    now = [0.0]
    monkeypatch.setattr("apps.common.quiet_logs.time.monotonic", lambda: now[0])
    for _ in range(4):
        seldom.filter(line("kafka.net"))
    now[0] = 61.0
    record = line("kafka.cluster")

    assert seldom.filter(record)
    assert record.getMessage() == "lost broker (and 3 lines held back)"


def test_other_loggers_say_what_they_like() -> None:
    seldom = Seldom(logger="kafka", per_minute=1)

    assert all(seldom.filter(line(name)) for name in ("kafkaesque", "apps.events", "apps.events") * 3)
