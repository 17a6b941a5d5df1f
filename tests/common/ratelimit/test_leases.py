"""Tokens taken in blocks: few round trips, and never more than the limit in all."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from time import time_ns
from typing import Any

import pytest

from apps.common.ratelimit import leases
from apps.common.ratelimit.buckets import AsyncBuckets
from apps.common.ratelimit.leases import TokenLeases
from apps.common.ratelimit.limits import RateLimit
from apps.common.ratelimit.local import LocalBuckets
from apps.common.ratelimit.script import Grant
from tests.events.valkey import Server

ANN = b"198.51.100.7"
DAY = 86_400


class Counting(AsyncBuckets):
    """Buckets in Redis that know how often they were asked, and for how much."""

    # A busy machine is not what these tests are about.
    patience = 5.0

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[int] = []

    async def take(self, limit: RateLimit, subject: str, *, least: int, most: int, lease_ns: int = 0) -> Grant:
        self.asked.append(most)
        return await super().take(limit, subject, least=least, most=most, lease_ns=lease_ns)


class Process:
    """What one process knows of a limit."""

    def __init__(self, limit: RateLimit | None, *, gives_credit: bool = False) -> None:
        self.buckets = Counting()
        self.leases = TokenLeases(self.buckets, local=LocalBuckets(), gives_credit=gives_credit)
        self.leases.set_limit(limit)

    async def passes(self, address: bytes = ANN) -> bool:
        """As a redirector asks: first for a token at hand, then for one from Redis."""
        return self.leases.spend(address, time_ns()) or await self.leases.take(address) is None

    async def passed(self, times: int, address: bytes = ANN) -> int:
        return sum([await self.passes(address) for _ in range(times)])


@asynccontextmanager
async def processes(limit: RateLimit | None, count: int = 1, *, gives_credit: bool = False) -> AsyncIterator[list[Process]]:
    running = [Process(limit, gives_credit=gives_credit) for _ in range(count)]
    try:
        yield running
    finally:
        for process in running:
            await process.buckets.close()


def run(test: Callable[[], Awaitable[None]]) -> None:
    asyncio.run(test())  # type: ignore[arg-type]


def test_a_client_passes_up_to_the_limit() -> None:
    async def test() -> None:
        async with processes(RateLimit("t", 30, DAY)) as [process]:
            assert await process.passed(100) == 30
            assert await process.passed(5, b"198.51.100.8") == 5

    run(test)


def test_blocks_grow_while_a_client_goes_on() -> None:
    async def test() -> None:
        async with processes(RateLimit("t", 500, DAY)) as [process]:
            assert await process.passed(200) == 200
            assert process.buckets.asked[:7] == [1, 2, 4, 8, 16, 20, 20]
            assert len(process.buckets.asked) < 16

    run(test)


def test_a_large_limit_costs_few_round_trips() -> None:
    async def test() -> None:
        async with processes(RateLimit("t", 1_000_000, DAY)) as [process]:
            assert await process.passed(3000) == 3000
            assert len(process.buckets.asked) <= 15

    run(test)


def test_a_small_limit_is_not_held_by_one_process() -> None:
    async def test() -> None:
        async with processes(RateLimit("t", 8, DAY), 2) as [one, other]:
            assert await one.passed(6) == 6
            assert max(one.buckets.asked) == 2
            assert await other.passed(6) >= 1

    run(test)


def test_tasks_of_many_processes_never_pass_the_limit() -> None:
    async def test() -> None:
        async with processes(RateLimit("t", 100, DAY), 6) as several:
            answers = await asyncio.gather(*[several[number % 6].passes() for number in range(1200)])
            assert sum(answers) == 100

    run(test)


def test_the_limit_holds_while_leases_end_and_the_bucket_fills() -> None:
    """Requests at random moments for some seconds: at no time more than capacity and what has been refilled."""

    async def visitor(process: Process, passed: list[float], end: float, pause: float) -> None:
        while time.monotonic() < end:
            if await process.passes():
                passed.append(time.monotonic())
            await asyncio.sleep(pause)

    async def test() -> None:
        limit = RateLimit("t", 40, 10)
        passed: list[float] = []
        began = time.monotonic()
        async with processes(limit, 4) as several:
            pauses = (0.4, 0.13, 0.05, 0.01)
            await asyncio.gather(*[visitor(process, passed, began + 4, pause) for process, pause in zip(several, pauses, strict=True)])
        for first, start in enumerate(passed):
            for last in range(first, len(passed)):
                assert last - first + 1 <= limit.capacity + (passed[last] - start + 0.02) * limit.refill_per_second + 1

    run(test)


def test_a_bucket_does_not_fill_up_with_what_is_leased() -> None:
    async def test() -> None:
        async with processes(RateLimit("t", 200, 10), 2) as [one, other]:
            assert await one.passed(8) == 8
            assert sum(one.buckets.asked) == 15
            # Long enough to refill 15 tokens, and shorter than a lease.
            await asyncio.sleep(0.8)
            began = time.monotonic()
            together = await one.passed(7) + await other.passed(300)
            assert together <= 200 + (time.monotonic() - began) * 20 + 1

    run(test)


def test_tokens_that_were_not_spent_come_back() -> None:
    async def test() -> None:
        async with processes(RateLimit("t", 20, 2), 2) as [one, other]:
            await one.passed(8)
            await asyncio.sleep(2.3)
            assert not one.leases.spend(ANN, time_ns())
            assert await other.passed(30) >= 20

    run(test)


def test_a_refused_client_is_told_so_without_a_round_trip() -> None:
    async def test() -> None:
        async with processes(RateLimit("t", 5, DAY)) as [process]:
            await process.passed(6)
            asked = len(process.buckets.asked)
            assert await process.passed(50) == 0
            assert len(process.buckets.asked) == asked
            refusal = await process.leases.take(ANN)
            assert refusal is not None
            assert refusal == process.leases.refusal_of(ANN)
            assert (refusal.allowed, refusal.remaining) == (False, 0)
            assert DAY / 5 - 5 < refusal.retry_after <= DAY / 5 + 1

    run(test)


def test_a_refused_client_passes_when_it_was_told_to_come_back() -> None:
    async def test() -> None:
        async with processes(RateLimit("t", 10, 1)) as [process]:
            while await process.passes():
                pass
            refusal = process.leases.refusal_of(ANN)
            assert refusal is not None
            await asyncio.sleep(refusal.retry_after + 0.01)
            assert await process.passes()

    run(test)


def test_requests_that_wait_for_the_same_client_share_round_trips() -> None:
    async def test() -> None:
        async with processes(RateLimit("t", 1000, DAY)) as [process]:
            assert all(await asyncio.gather(*[process.passes() for _ in range(300)]))
            assert len(process.buckets.asked) <= 3

    run(test)


def test_addresses_of_one_ipv6_network_share_a_bucket() -> None:
    async def test() -> None:
        async with processes(RateLimit("t", 10, DAY)) as [process]:
            addresses = [f"2001:db8::{number:x}".encode() for number in range(1, 41)]
            assert sum([await process.passes(address) for address in addresses]) == 10
            assert await process.passes(b"2001:db8:0:1::1")

    run(test)


def test_nobody_is_limited_without_a_limit_or_an_address() -> None:
    async def test() -> None:
        async with processes(None) as [process]:
            assert await process.passed(50) == 50
            process.leases.set_limit(RateLimit("t", 1, DAY))
            assert await process.passed(5, b"") == 5
            assert await process.passed(5) == 1
            assert process.buckets.asked == [1, 1]

    run(test)


def test_another_limit_takes_leases_back() -> None:
    async def test() -> None:
        async with processes(RateLimit("t", 1000, DAY)) as [process]:
            await process.passed(20)
            process.leases.set_limit(RateLimit("t", 5, DAY))
            # What was leased under the old limit counts until its leases have ended.
            assert await process.passed(50) == 0
            await asyncio.sleep(2)
            assert await process.passed(50) == 5

    run(test)


def test_a_visitor_who_goes_away_takes_nobody_along() -> None:
    async def test() -> None:
        async with processes(RateLimit("t", 100, DAY)) as [process]:
            gone = asyncio.create_task(process.passes())
            stays = asyncio.create_task(process.passes())
            await asyncio.sleep(0)
            gone.cancel()
            assert await stays

    run(test)


def test_a_client_gets_no_second_limit_when_redis_is_killed(valkey: Server) -> None:
    async def test() -> None:
        async with processes(RateLimit("t", 100, DAY)) as [process]:
            assert await process.passed(60) == 60
            valkey.kill()
            began = time.monotonic()
            assert await process.passed(400) == 40
            assert time.monotonic() - began < 2
            assert await process.passed(50, b"198.51.100.8") == 50

    run(test)


def test_a_process_keeps_the_limit_itself_while_redis_is_away(valkey: Server) -> None:
    async def test() -> None:
        async with processes(RateLimit("t", 10, 1)) as [process]:
            valkey.kill()
            assert 10 <= await process.passed(60) <= 13
            await asyncio.sleep(0.5)
            assert 4 <= await process.passed(60) <= 8

    run(test)


def test_redis_counts_again_when_it_is_back(valkey: Server) -> None:
    async def test() -> None:
        async with processes(RateLimit("t", 50, DAY), 2) as [one, other]:
            valkey.kill()
            assert await one.passed(100) == 50
            valkey.start()
            await asyncio.sleep(1.2)
            assert await one.passed(100) + await other.passed(100) == 50
            assert one.buckets.failures >= 3

    run(test)


def test_clients_that_have_gone_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    async def test() -> None:
        async with processes(RateLimit("t", 100, DAY)) as [process]:
            for number in range(20):
                await process.passes(f"198.51.100.{number}".encode())
                await process.passes(f"2001:db8:{number:x}::1".encode())
            held: dict[bytes, Any] = process.leases._leases
            # By its address, and by its network.
            assert len(held) == 60
            process.leases.forget_ended(time_ns())
            assert len(held) == 60
            process.leases.forget_ended(time_ns() + 3 * leases.SECOND)
            assert held == {}
            monkeypatch.setattr(leases, "MAX_CLIENTS", 5)
            for number in range(20):
                assert await process.passes(f"198.51.100.{number}".encode())
            assert len(held) == 5

    run(test)


def test_who_comes_once_passes_without_a_round_trip() -> None:
    async def test() -> None:
        async with processes(RateLimit("t", 30, DAY), gives_credit=True) as [process]:
            assert all([await process.passes(b"198.51.100.%d" % number) for number in range(100)])
            assert process.buckets.asked == []

    run(test)


def test_credit_is_paid_for_with_the_next_token() -> None:
    async def test() -> None:
        async with processes(RateLimit("t", 30, DAY), gives_credit=True) as [process]:
            assert await process.passed(100) == 30

    run(test)


def test_who_spreads_over_processes_gets_one_too_many_from_each_at_most() -> None:
    async def test() -> None:
        async with processes(RateLimit("t", 30, DAY), 4, gives_credit=True) as several:
            answers = await asyncio.gather(*[process.passed(50) for process in several])
            assert 26 <= sum(answers) <= 30 + 4

    run(test)


def test_a_network_of_ipv6_gets_credit_once() -> None:
    async def test() -> None:
        async with processes(RateLimit("t", 5, DAY), gives_credit=True) as [process]:
            assert sum([await process.passes(b"2001:db8::%x" % number) for number in range(1, 50)]) == 5

    run(test)


def test_a_limit_of_one_gives_no_credit() -> None:
    async def test() -> None:
        async with processes(RateLimit("t", 1, DAY), gives_credit=True) as [process]:
            assert await process.passed(5) == 1

    run(test)
