"""Commands of many callers on one connection to Redis."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
import redis
from redis.exceptions import AuthenticationError, ResponseError

from apps.common.redis_pipeline import RedisPipeline, Script
from tests.events.valkey import Server
from tests.ports import free_port

SOON = 5.0


def using(work: Callable[[Callable[..., Coroutine[Any, Any, Any]]], Coroutine[Any, Any, Any]]) -> Any:
    """What `work` gives; it gets a function that sends one command of a pipeline."""

    async def run() -> Any:
        pipeline = RedisPipeline()

        async def call(*words: str | int, seconds: float = SOON) -> Any:
            return await pipeline.call(*words, deadline=asyncio.get_running_loop().time() + seconds)

        try:
            return await work(call)
        finally:
            await pipeline.close()

    return asyncio.run(run())


@pytest.mark.usefixtures("valkey")
def test_each_caller_gets_the_answer_to_its_own_command() -> None:
    async def work(call: Callable[..., Coroutine[Any, Any, Any]]) -> list[Any]:
        return await asyncio.gather(*(call("ECHO", str(number)) for number in range(200)), call("GET", "nothing"), call("INCR", "n"))

    assert using(work) == [*(str(number).encode() for number in range(200)), None, 1]


@pytest.mark.usefixtures("valkey")
def test_all_share_one_connection() -> None:
    async def work(call: Callable[..., Coroutine[Any, Any, Any]]) -> set[int]:
        return set(await asyncio.gather(*(call("CLIENT", "ID") for _ in range(50))))

    assert len(using(work)) == 1


@pytest.mark.usefixtures("valkey")
def test_what_redis_refuses_is_one_caller_s_error() -> None:
    async def work(call: Callable[..., Coroutine[Any, Any, Any]]) -> list[Any]:
        return list(await asyncio.gather(call("ECHO", "a"), call("NOSUCH"), call("ECHO", "b"), return_exceptions=True))

    first, refused, last = using(work)
    assert (first, last) == (b"a", b"b")
    assert isinstance(refused, ResponseError)


def test_one_who_gave_up_leaves_its_answer_to_nobody(valkey: Server) -> None:
    async def work(call: Callable[..., Coroutine[Any, Any, Any]]) -> list[Any]:
        await call("PING")
        with redis.Redis.from_url(valkey.url) as client:
            client.client_pause(300)
        impatient = asyncio.create_task(call("ECHO", "given up"))
        patient = [asyncio.create_task(call("ECHO", str(number))) for number in range(3)]
        await asyncio.sleep(0.05)
        impatient.cancel()
        return await asyncio.gather(*patient)

    assert using(work) == [b"0", b"1", b"2"]


def test_a_silent_server_is_left_at_the_deadline_and_asked_anew(valkey: Server) -> None:
    async def work(call: Callable[..., Coroutine[Any, Any, Any]]) -> tuple[int, int]:
        before = await call("CLIENT", "ID")
        with redis.Redis.from_url(valkey.url) as client:
            client.client_pause(300)
        began = asyncio.get_running_loop().time()
        with pytest.raises(TimeoutError):
            await call("PING", seconds=0.05)
        assert asyncio.get_running_loop().time() - began < 0.25
        return before, await call("CLIENT", "ID")

    before, after = using(work)
    assert before != after


def test_a_server_that_was_restarted_is_found_again(valkey: Server) -> None:
    script = Script("return redis.call('INCR', KEYS[1])")

    async def run() -> list[Any]:
        pipeline, loop = RedisPipeline(), asyncio.get_running_loop()

        async def once() -> Any:
            return await pipeline.run(script, keys=["n"], args=[], deadline=loop.time() + SOON)

        found = [await once()]
        waiting = asyncio.create_task(pipeline.call("BLPOP", "never", "0", deadline=loop.time() + SOON))
        await asyncio.sleep(0.05)
        valkey.kill()
        with pytest.raises(ConnectionError):
            await waiting
        with pytest.raises(ConnectionRefusedError):
            await once()
        valkey.start()
        found += [await once(), await once()]
        await pipeline.close()
        return found

    # It kept nothing, and knew the script no more.
    assert asyncio.run(run()) == [1, 1, 2]


def test_user_password_and_database_of_a_url_are_used(valkey: Server, settings: Any) -> None:
    port = free_port()
    with redis.Redis.from_url(valkey.url) as client:
        client.config_set("port", port)
        client.execute_command("ACL", "SETUSER", "clicks", "on", ">se/cret", "~*", "&*", "+@all")
        client.config_set("requirepass", "other")
    settings.REDIS_URL = f"redis://clicks:se%2Fcret@127.0.0.1:{port}/3"

    async def who_and_where(call: Callable[..., Coroutine[Any, Any, Any]]) -> Any:
        return [await call("ACL", "WHOAMI"), b" db=3 " in await call("CLIENT", "INFO")]

    assert using(who_and_where) == [b"clicks", True]
    settings.REDIS_URL = f"redis://clicks:wrong@127.0.0.1:{port}/3"
    with pytest.raises(AuthenticationError):
        using(who_and_where)
