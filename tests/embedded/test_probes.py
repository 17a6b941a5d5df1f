"""Servers behind URL variables, asked before the start."""

import socket
import time

import pytest
from django.conf import settings

from shortener_project.embedded.errors import StartError
from shortener_project.embedded.probes import probe, without_password
from tests.ports import free_port

SCHEMES = {"DATABASE": "postgres", "REDIS": "redis", "CLICKHOUSE": "clickhouse"}


def test_servers_that_answer_are_accepted() -> None:
    probe({"DATABASE_URL": settings.DATABASE_URL, "REDIS_URL": settings.REDIS_URL, "CLICKHOUSE_URL": settings.CLICKHOUSE_URL})


@pytest.mark.parametrize(
    ("variable", "url"),
    [
        ("DATABASE_URL", "postgres://someone:hidden@127.0.0.1:{port}/shortener"),
        ("REDIS_URL", "redis://:hidden@127.0.0.1:{port}/0"),
        ("REDIS_URL", "http://:hidden@127.0.0.1:{port}/0"),
        ("REDIS_URL", "unix:///nowhere/redis.sock"),
        ("CLICKHOUSE_URL", "clickhouse://default:hidden@127.0.0.1:{port}/analytics"),
    ],
)
def test_a_server_that_is_not_there_is_named_in_one_line(variable: str, url: str) -> None:
    with pytest.raises(StartError) as failure:
        probe({variable: url.format(port=free_port())})

    text = str(failure.value)
    assert text.startswith(f"{variable}: ")
    assert "hidden" not in text
    assert "\n" not in text


def test_a_wrong_password_is_told() -> None:
    url = settings.CLICKHOUSE_URL.replace(settings.DATABASES["clickhouse"]["PASSWORD"], "wrong")
    with pytest.raises(StartError, match=r"CLICKHOUSE_URL: .*:\*\*\*@.* does not answer \(Code: 516"):
        probe({"CLICKHOUSE_URL": url})


def test_servers_that_say_nothing_are_not_waited_for_long() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"127.0.0.1:{silent.getsockname()[1]}/0"
        began = time.monotonic()
        with pytest.raises(StartError, match="DATABASE_URL: "):
            probe({f"{name}_URL": f"{scheme}://{address}" for name, scheme in SCHEMES.items()})

    assert time.monotonic() - began < 5.5


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgres://user:secret@host:5432/name", "postgres://user:***@host:5432/name"),
        ("redis://:s%40cret@host", "redis://:***@host"),
        ("redis://host/0", "redis://host/0"),
    ],
)
def test_a_password_is_never_shown(url: str, shown: str) -> None:
    assert without_password(url) == shown
