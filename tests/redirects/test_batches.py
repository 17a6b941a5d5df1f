"""What many want at one moment, asked of real engines."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Any

import pytest
import redis
from redis.asyncio import Redis

from apps.common.redis import new_async_client
from apps.links.models import Domain, Link
from apps.redirects import store as store_module
from apps.redirects.batches import SIZE, Batches
from apps.redirects.postgres import LinkReader
from apps.redirects.snapshot import Absent, Snapshot
from apps.redirects.store import CALL_SECONDS, SnapshotStore, StoreUnavailable
from tests.events.valkey import Server

Asked = list[list[str]]
Reads = Batches[str, bytes | None]


@pytest.fixture
def numbers(redis_url: str) -> Iterator[redis.Redis]:
    """A Redis where key `n` holds n."""
    with redis.Redis.from_url(redis_url) as client:
        client.flushdb()
        client.mset({str(number): number for number in range(300)})
        yield client


def with_reads(work: Callable[[Reads, Asked, Redis], Awaitable[Any]], *, at_once: int = 8, patience: float = 5.0) -> Any:
    """What `work` gives: it has batches of MGETs, and the list of what they have asked for."""

    async def run() -> Any:
        client = new_async_client(socket_timeout=None)
        asked: Asked = []

        async def ask(keys: Sequence[str], deadline: float) -> list[bytes | None]:
            asked.append(list(keys))
            async with asyncio.timeout_at(deadline):
                return await client.mget(keys)  # type: ignore[return-value]  # nothing is decoded here

        try:
            return await work(Batches(ask, patience=patience, at_once=at_once), asked, client)
        finally:
            await client.aclose()

    return asyncio.run(run())


def of(numbers: Sequence[int]) -> list[bytes]:
    return [str(number).encode() for number in numbers]


async def all_of(reads: Reads, numbers: Sequence[int]) -> list[bytes | None]:
    return await asyncio.gather(*(reads.get(str(number)) for number in numbers))


@pytest.mark.usefixtures("numbers")
def test_what_is_wanted_in_one_turn_is_asked_for_at_once_and_everybody_gets_his_own() -> None:
    async def work(reads: Reads, asked: Asked, _client: Redis) -> None:
        assert await all_of(reads, [5, 3, 5, 299]) == of([5, 3, 5, 299])
        assert asked == [["5", "3", "5", "299"]]

    with_reads(work)


@pytest.mark.usefixtures("numbers")
def test_what_is_wanted_one_after_the_other_is_asked_for_one_by_one() -> None:
    async def work(reads: Reads, asked: Asked, _client: Redis) -> None:
        assert [await reads.get("1"), await reads.get("2"), await reads.get("none")] == [b"1", b"2", None]
        assert asked == [["1"], ["2"], ["none"]]

    with_reads(work)


@pytest.mark.usefixtures("numbers")
def test_no_batch_is_longer_than_its_size() -> None:
    async def work(reads: Reads, asked: Asked, _client: Redis) -> None:
        assert await all_of(reads, range(150)) == of(range(150))
        assert [len(keys) for keys in asked] == [SIZE, SIZE, 150 - 2 * SIZE]

    with_reads(work)


def test_while_as_many_as_may_are_under_way_others_gather(numbers: redis.Redis) -> None:
    numbers.client_pause(200)

    async def work(reads: Reads, asked: Asked, _client: Redis) -> None:
        first = asyncio.create_task(all_of(reads, [1]))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        later = [asyncio.create_task(all_of(reads, [number])) for number in (2, 3, 4)]
        assert await first == of([1])
        assert [answer for task in later for answer in await task] == of([2, 3, 4])
        assert asked == [["1"], ["2", "3", "4"]]

    with_reads(work, at_once=1)


def test_an_error_meets_all_of_its_batch_and_nobody_else(numbers: redis.Redis) -> None:
    numbers.client_pause(1200)

    async def work(reads: Reads, _asked: Asked, client: Redis) -> None:
        failed = await asyncio.gather(*(reads.get(key) for key in "123"), return_exceptions=True)
        assert [type(error) for error in failed] == [TimeoutError] * 3
        await client.ping()
        assert await all_of(reads, [1, 2]) == of([1, 2])

    with_reads(work, patience=0.5)


def test_who_gives_up_takes_nothing_from_the_others(numbers: redis.Redis) -> None:
    numbers.client_pause(200)

    async def work(reads: Reads, _asked: Asked, _client: Redis) -> None:
        tasks = [asyncio.create_task(reads.get(key)) for key in "123"]
        await asyncio.sleep(0.05)
        tasks[1].cancel()
        assert await tasks[0] == b"1"
        assert await tasks[2] == b"3"

    with_reads(work)


def test_answers_that_are_not_one_for_each_are_an_error_rather_than_a_wait() -> None:
    async def ask(keys: Sequence[str], _deadline: float) -> list[str]:
        return list(keys)[1:]

    async def work() -> None:
        batches: Batches[str, str] = Batches(ask, patience=1, at_once=1)
        async with asyncio.timeout(5):
            failed = await asyncio.gather(*(batches.get(key) for key in "ab"), return_exceptions=True)
        assert [type(error) for error in failed] == [ValueError] * 2

    asyncio.run(work())


def test_waiting_behind_others_is_within_ones_patience(valkey: Server, numbers: redis.Redis) -> None:
    # Far more than may be under way at once, of which nothing comes back.
    numbers.client_pause(3000)

    async def work() -> float:
        store = SnapshotStore()
        began = time.monotonic()
        failed = await asyncio.gather(*(store.get(1, f"code{number}") for number in range(10 * SIZE)), return_exceptions=True)
        took = time.monotonic() - began
        await store.close()
        assert {type(error) for error in failed} == {StoreUnavailable}
        return took

    assert asyncio.run(work()) < 40 * CALL_SECONDS
    valkey.kill()
    valkey.start()


def test_a_hundred_visitors_cost_redis_two_round_trips(
    numbers: redis.Redis, make_snapshot: Callable[..., Snapshot], monkeypatch: pytest.MonkeyPatch
) -> None:
    # A busy machine is no reason to give up.
    monkeypatch.setattr(store_module, "CALL_SECONDS", 5.0)

    async def work() -> None:
        store = SnapshotStore()
        for number in range(99):
            store.fill(1, f"code{number}", make_snapshot(link_id=number + 1, version=1))
        await store.close()
        # The first one loads the script.
        await store.get(1, "nobody")
        before = scripts_run(numbers)
        found = await asyncio.gather(*(store.get(1, f"code{number}") for number in range(99)), store.get(1, "nobody"))
        assert scripts_run(numbers) == before + 2
        assert [snapshot.link_id for snapshot in found if isinstance(snapshot, Snapshot)] == list(range(1, 100))
        assert not isinstance(found[-1], Snapshot | Absent)
        await store.close()

    asyncio.run(work())


def scripts_run(client: redis.Redis) -> int:
    return sum(statistics["calls"] for name, statistics in client.info("commandstats").items() if name.startswith("cmdstat_eval"))


def test_a_hundred_visitors_cost_postgresql_two_queries(domain: Domain, make_link: Callable[..., Link]) -> None:
    links = [make_link(f"https://example.com/{number}", code=f"code{number}") for number in range(99)]

    async def work() -> None:
        reader = LinkReader()
        await reader.open()
        try:
            await reader.find(domain.pk, "nobody")
            before = reader.queries
            found = await asyncio.gather(*(reader.find(domain.pk, link.code) for link in links), reader.find(domain.pk, "nobody"))
        finally:
            await reader.close()
        assert [snapshot and snapshot.destination_url for snapshot in found] == [*(link.destination_url for link in links), None]
        assert reader.queries == before + 2

    asyncio.run(work())
