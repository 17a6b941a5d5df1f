"""Limits of what one client may ask of short links, as clients see them."""

import json
import re
import socket
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import redis

from apps.accounts.models import RateLimitPolicy
from apps.common.ratelimit.buckets import AsyncBuckets
from apps.common.ratelimit.table import get_table
from apps.links.models import Domain, Link
from apps.redirects import limits
from tests.events.valkey import Server
from tests.redirects.serving import HOST, environment, exchange, get, own_process, threaded, wait_for
from tests.shared_data import shared_data

MakeLink = Callable[..., Link]
HEAD = f"Host: {HOST}\r\n"
REQUEST = f"GET /limited HTTP/1.1\r\n{HEAD}\r\n".encode()


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine is not what these tests are about; a Redis that is away says so at once."""
    monkeypatch.setattr(AsyncBuckets, "patience", 5.0)


@pytest.fixture
def limit(settings: Any) -> Callable[..., None]:
    """Sets limits of classes for servers that are yet to start."""

    def set_limits(**texts: str) -> None:
        settings.RATE_LIMITS = {**settings.RATE_LIMITS, **texts}

    return set_limits


@pytest.fixture(autouse=True)
def full_buckets(redis_url: str) -> Iterator[None]:
    """Each test begins with nothing spent, and with the limits of settings."""
    with redis.Redis.from_url(redis_url) as client:
        client.flushdb()
    yield
    get_table().override({})


def statuses(port: int, times: int, request: bytes = REQUEST) -> list[int]:
    """The statuses of so many requests, one after the other on one connection."""
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        answers = []
        for _ in range(times):
            connection.sendall(request)
            answers.append(int(whole_answer(connection).split(b" ", 2)[1]))
        return answers


def whole_answer(connection: socket.socket) -> bytes:
    answer = b""
    while b"\r\n\r\n" not in answer:
        data = connection.recv(65536)
        assert data
        answer += data
    head, _, body = answer.partition(b"\r\n\r\n")
    length = re.search(rb"\r\ncontent-length: (\d+)", head.lower())
    while length and len(body) < int(length[1]):
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


def test_beyond_the_limit_the_answer_is_429_and_says_when_to_come_back(domain: Domain, make_link: MakeLink, limit: Any) -> None:
    limit(redirect="5/3600")
    make_link(code="limited")
    with threaded() as server:
        assert statuses(server.port, 5) == [302] * 5
        head, _, body = get(server.port, "/limited").partition(b"\r\n\r\n")

        assert head.startswith(b"HTTP/1.1 429 Too Many Requests\r\n")
        fields = dict(line.split(b": ", 1) for line in head.split(b"\r\n")[1:])
        assert fields[b"ratelimit-limit"] == b"5"
        assert fields[b"ratelimit-policy"] == b"5;w=3600"
        assert fields[b"ratelimit-remaining"] == b"0"
        assert 3590 <= int(fields[b"ratelimit-reset"]) <= 3600
        assert 700 <= int(fields[b"retry-after"]) <= 720
        assert fields[b"cache-control"] == b"private, no-store"
        assert fields[b"content-security-policy"].startswith(b"default-src 'none'")
        assert b"location" not in fields
        assert int(fields[b"content-length"]) == len(body)
        assert b"Too many requests" in body


def test_a_connection_goes_on_after_a_refusal(domain: Domain, make_link: MakeLink, limit: Any) -> None:
    limit(redirect="2/3600")
    make_link(code="limited")
    with threaded() as server:
        answer = exchange(
            server.port, [REQUEST * 3 + b"HEAD" + REQUEST[3:] + REQUEST.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")]
        )

    assert re.findall(rb"HTTP/1\.1 (\d+)", answer) == [b"302", b"302", b"429", b"429", b"429"]
    assert answer.count(b"<h1>") == 2


def test_a_refused_request_is_no_click(domain: Domain, make_link: MakeLink, limit: Any) -> None:
    limit(redirect="40/3600")
    make_link(code="limited")
    with threaded() as server:
        assert sorted(statuses(server.port, 60)) == [302] * 40 + [429] * 20

        assert server.redirector.spool.sequence == 40
        assert server.redirector.limits.refused == {"redirect": 20, "unknown_code": 0}


def test_both_paths_take_from_the_same_bucket(domain: Domain, make_link: MakeLink, limit: Any) -> None:
    limit(redirect="100/3600")
    make_link(code="limited")
    with threaded() as hot, threaded(bypass_hot_path=True) as ordinary:
        answers = statuses(hot.port, 60) + statuses(ordinary.port, 60)

        assert answers == [302] * answers.count(302) + [429] * answers.count(429)
        # Of the first server's last block a few may be left, which nobody else can spend.
        assert 80 <= answers.count(302) <= 100
        assert hot.redirector.lookahead.answered >= 50
        assert ordinary.redirector.lookahead.answered == 0


def test_most_requests_cost_no_round_trip(domain: Domain, make_link: MakeLink, limit: Any) -> None:
    limit(redirect="10000/60")
    make_link(code="limited")
    with threaded() as server:
        assert statuses(server.port, 400) == [302] * 400
        assert server.redirector.lookahead.answered >= 340


def test_processes_together_keep_the_limit(domain: Domain, make_link: MakeLink, spool_dir: Path, redis_url: str) -> None:
    make_link(code="limited")
    env = {**environment(spool_dir, redis_url), "RATE_LIMIT_REDIRECT": "60/86400"}
    with own_process(env) as (one, _), own_process(env) as (other, _), ThreadPoolExecutor(16) as pool:
        answers = [status for each in pool.map(lambda number: statuses((one, other)[number % 2], 20), range(16)) for status in each]

    assert set(answers) == {302, 429}
    # One on credit from each process, at most.
    assert 40 <= answers.count(302) <= 62


def test_unknown_codes_have_a_limit_of_their_own(domain: Domain, make_link: MakeLink, limit: Any) -> None:
    limit(unknown_code="3/3600")
    make_link(code="limited")
    make_link(code="not-asked-for-yet")
    with threaded() as server:
        assert statuses(server.port, 2) == [302, 302]
        assert [statuses(server.port, 1, REQUEST.replace(b"limited", b"guess%d" % number)) for number in range(6)] == [[404]] * 3 + [
            [429]
        ] * 3
        # A link that this process holds goes on; of the others a scanner learns nothing.
        assert statuses(server.port, 2) == [302, 302]
        assert statuses(server.port, 1, REQUEST.replace(b"limited", b"not-asked-for-yet")) == [429]
        assert server.redirector.limits.refused["unknown_code"] == 4


def test_unknown_codes_count_against_both_limits(domain: Domain, limit: Any) -> None:
    limit(redirect="4/3600", unknown_code="60/3600")
    with threaded() as server:
        assert statuses(server.port, 6, REQUEST.replace(b"limited", b"guess")) == [404] * 4 + [429] * 2


def test_a_limit_of_nothing_is_no_limit(domain: Domain, make_link: MakeLink, limit: Any, redis_url: str) -> None:
    limit(redirect="0", unknown_code="0")
    make_link(code="limited")
    with threaded() as server, redis.Redis.from_url(redis_url) as client:
        assert statuses(server.port, 100) == [302] * 100
        assert client.keys("limit:*") == []


def test_a_client_cannot_name_itself_anew(domain: Domain, make_link: MakeLink, limit: Any) -> None:
    limit(redirect="5/3600")
    make_link(code="limited")
    with threaded() as server:
        requests = [REQUEST.replace(b"\r\n\r\n", b"\r\nX-Forwarded-For: 198.51.100.%d\r\n\r\n" % number) for number in range(20)]
        assert [statuses(server.port, 1, request)[0] for request in requests] == [302] * 5 + [429] * 15


@contextmanager
def connected_from(address: str, port: int) -> Iterator[socket.socket]:
    """A connection whose other end has this address of the loopback network."""
    connection = socket.socket()
    try:
        connection.bind((address, 0))
    except OSError as error:
        connection.close()
        pytest.skip(f"this machine has no {address}: {error}")
    with connection:
        connection.settimeout(5)
        connection.connect(("127.0.0.1", port))
        yield connection


def client_cases() -> list[dict[str, Any]]:
    """The shared cases, their addresses moved to where a test can connect from."""
    text = (shared_data("attack-vectors") / "client-ip.json").read_text(encoding="utf-8")
    for there, here in (("198.51.100.7", "127.0.0.7"), ("10.0.0.0/8", "127.10.0.0/16"), ("10.0.0.", "127.10.0.")):
        text = text.replace(there, here)
    # A line break in a value begins the next header when it is sent, which is another case.
    return [case for case in json.loads(text) if "\r" not in str(case["x_forwarded_for"])]


@pytest.mark.parametrize("bypass_hot_path", [False, True])
def test_the_bucket_is_the_client_s_behind_trusted_proxies(
    domain: Domain, make_link: MakeLink, limit: Any, settings: Any, redis_url: str, bypass_hot_path: bool
) -> None:
    limit(redirect="1000/3600")
    make_link(code="limited")
    cases = client_cases()
    [settings.TRUSTED_PROXIES] = {tuple(case["trusted_proxies"]) for case in cases}
    with threaded(bypass_hot_path=bypass_hot_path) as server, redis.Redis.from_url(redis_url) as client:
        get(server.port, "/limited")
        for case in cases:
            client.flushdb()
            server.redirector.limits.clear()
            values = case["x_forwarded_for"] if isinstance(case["x_forwarded_for"], list) else [case["x_forwarded_for"]]
            headers = [("X-Forwarded-For", value) for value in values if value is not None] + list(case.get("other_headers", {}).items())
            lines = "".join(f"{name}: {value}\r\n" for name, value in headers)
            with connected_from(case["remote_addr"], server.port) as connection:
                for _ in range(8):
                    connection.sendall(REQUEST.replace(b"\r\n\r\n", b"\r\n" + lines.encode() + b"\r\n"))
                    assert whole_answer(connection).startswith(b"HTTP/1.1 302 ")
            expected = {_bucket(case["expect"]), _bucket(case.get("alt", case["expect"]))}
            assert set(client.keys("limit:*")) <= expected, case["why"]
        assert (server.redirector.lookahead.answered > len(cases)) is not bypass_hot_path


def _bucket(address: str) -> bytes:
    return f"limit:redirect:{'2001:db8:1::/64' if ':' in address else address}".encode()


def test_redirects_go_on_up_to_the_limit_when_redis_is_killed(
    domain: Domain, make_link: MakeLink, limit: Any, tmp_path: Path, settings: Any
) -> None:
    folder = tmp_path / "v"
    folder.mkdir()
    valkey = Server(folder, appendonly=False)
    valkey.start()
    settings.REDIS_URL = valkey.url
    limit(redirect="60/86400")
    make_link(code="limited")
    with threaded() as server:
        assert statuses(server.port, 40) == [302] * 40
        valkey.kill()
        answers = statuses(server.port, 120)
        assert answers == [302] * answers.count(302) + [429] * answers.count(429)
        # What was left of the limit: the process has seen how much.
        assert answers.count(302) == 20
        valkey.start()
        wait_for(lambda: statuses(server.port, 1) == [302], "Redis to count again", timeout=8)
    valkey.kill()


def test_the_back_office_changes_a_limit_without_a_restart(
    domain: Domain, make_link: MakeLink, limit: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "_REFRESH_SECONDS", 0.1)
    limit(redirect="0")
    make_link(code="limited")
    with threaded() as server:
        assert statuses(server.port, 20) == [302] * 20
        policy = RateLimitPolicy.objects.create(endpoint_class="redirect", capacity=3, per_seconds=3600)
        wait_for(lambda: server.redirector.limits.redirect.limit is not None, "the limit", timeout=5)
        assert statuses(server.port, 6) == [302] * 3 + [429] * 3
        policy.delete()
        wait_for(lambda: server.redirector.limits.redirect.limit is None, "the end of the limit", timeout=5)
        assert statuses(server.port, 6) == [302] * 6


def test_limits_of_users_do_not_concern_visitors(domain: Domain, make_link: MakeLink, limit: Any, owner: Any) -> None:
    limit(redirect="0")
    RateLimitPolicy.objects.create(endpoint_class="api", user=owner, capacity=1)
    make_link(code="limited")
    with threaded() as server:
        assert statuses(server.port, 6) == [302] * 6


def test_the_back_office_switches_a_limit_off(domain: Domain, make_link: MakeLink, limit: Any) -> None:
    limit(redirect="2/3600")
    RateLimitPolicy.objects.create(endpoint_class="redirect", capacity=0)
    make_link(code="limited")
    with threaded() as server:
        assert statuses(server.port, 6) == [302] * 6
