"""Queries of many callers on one connection to PostgreSQL."""

import asyncio
import time
from collections.abc import Callable, Coroutine
from typing import Any

import psycopg
import pytest

from apps.redirects.postgres import connection_arguments
from apps.redirects.postgres_pipeline import PostgresPipeline, Query, array
from tests.ports import free_port

pytestmark = pytest.mark.django_db
SOON = 5.0
Ask = Callable[..., Coroutine[Any, Any, list[Any]]]
ECHO = Query("SELECT $1::text")
PROCESS = Query("SELECT pg_backend_pid()")
SLEEP = Query("SELECT pg_sleep($1::float8)")


def using(work: Callable[[Ask], Coroutine[Any, Any, Any]], **arguments: Any) -> Any:
    """What `work` gives; it gets a function that asks one query."""

    async def run() -> Any:
        pipeline = PostgresPipeline(connection_arguments() | arguments)

        async def ask(query: Query, *parameters: str, seconds: float = SOON) -> list[Any]:
            words = [parameter.encode() for parameter in parameters]
            return await pipeline.ask(query, words, deadline=asyncio.get_running_loop().time() + seconds)

        try:
            return await work(ask)
        finally:
            await pipeline.close()

    return asyncio.run(run())


@pytest.mark.parametrize("prepare_threshold", [5, None])
def test_each_caller_gets_the_answer_to_its_own_query(prepare_threshold: int | None) -> None:
    async def work(ask: Ask) -> list[Any]:
        return await asyncio.gather(*(ask(ECHO, str(number)) for number in range(200)))

    assert using(work, prepare_threshold=prepare_threshold) == [[(str(number),)] for number in range(200)]


def test_all_share_one_connection() -> None:
    async def work(ask: Ask) -> set[int]:
        return {rows[0][0] for rows in await asyncio.gather(*(ask(PROCESS) for _ in range(50)))}

    assert len(using(work)) == 1


def test_values_come_as_python_s() -> None:
    async def work(ask: Ask) -> list[Any]:
        return await ask(
            Query("SELECT 7, true, NULL, '[1, \"a\"]'::json, ARRAY['x'], 'Größe' UNION ALL SELECT 8, false, 0, '{}', '{}', ''")
        )

    assert using(work) == [(7, True, None, [1, "a"], ["x"], "Größe"), (8, False, 0, {}, [], "")]


def test_no_rows_are_an_empty_answer() -> None:
    async def work(ask: Ask) -> list[Any]:
        return [await ask(ECHO, "a"), await ask(Query("SELECT 1 WHERE false"))]

    assert using(work) == [[("a",)], []]


def test_an_array_holds_words_of_every_kind() -> None:
    words = ["", "plain", "NULL", "a,b", '"quoted"', "back\\slash", "{}", "größe", " "]

    async def work(ask: Ask) -> list[Any]:
        return await ask(Query("SELECT unnest($1::text[])"), array(words).decode())

    assert [word for (word,) in using(work)] == words


def test_what_postgresql_refuses_is_one_caller_s_error() -> None:
    async def work(ask: Ask) -> list[Any]:
        asked = ask(ECHO, "a"), ask(Query("SELECT nothing")), ask(SLEEP, "x"), ask(ECHO, "b")
        return list(await asyncio.gather(*asked, return_exceptions=True))

    first, unknown, malformed, last = using(work)
    assert (first, last) == ([("a",)], [("b",)])
    assert isinstance(unknown, psycopg.errors.UndefinedColumn)
    assert isinstance(malformed, psycopg.errors.InvalidTextRepresentation)


def test_one_who_gave_up_leaves_its_answer_to_nobody() -> None:
    async def work(ask: Ask) -> list[Any]:
        asleep = asyncio.create_task(ask(SLEEP, "0.2"))
        impatient = asyncio.create_task(ask(ECHO, "given up"))
        patient = [asyncio.create_task(ask(ECHO, str(number))) for number in range(3)]
        await asyncio.sleep(0.1)
        impatient.cancel()
        await asleep
        return await asyncio.gather(*patient)

    assert using(work) == [[("0",)], [("1",)], [("2",)]]


def test_who_waits_too_long_is_told_so_and_the_next_is_answered_on_a_new_connection() -> None:
    async def work(ask: Ask) -> tuple[float, bool]:
        [(before,)] = await ask(PROCESS)
        began = time.monotonic()
        with pytest.raises(TimeoutError):
            await ask(SLEEP, "0.9", seconds=0.2)
        took = time.monotonic() - began
        [(after,)] = await ask(PROCESS)
        return took, before != after

    took, is_new = using(work)
    assert took < 0.8
    assert is_new


def test_a_connection_that_breaks_fails_who_waits_and_nobody_else() -> None:
    async def work(ask: Ask) -> list[Any]:
        [(process,)] = await ask(PROCESS)
        waiting = asyncio.create_task(ask(SLEEP, "0.9"))
        await asyncio.sleep(0.05)
        with psycopg.connect(**connection_arguments()) as other:
            other.execute("SELECT pg_terminate_backend(%s)", (process,))
        with pytest.raises(psycopg.OperationalError, match=r"lost|terminating"):
            await waiting
        return await ask(ECHO, "again")

    assert using(work) == [("again",)]


def test_a_connection_that_ended_while_idle_is_replaced_before_it_is_used() -> None:
    async def work(ask: Ask) -> list[Any]:
        [(process,)] = await ask(PROCESS)
        with psycopg.connect(**connection_arguments()) as other:
            other.execute("SELECT pg_terminate_backend(%s)", (process,))
        await asyncio.sleep(0.2)
        return await ask(ECHO, "again")

    assert using(work) == [("again",)]


def test_statements_that_the_server_has_forgotten_are_prepared_anew() -> None:
    async def work(ask: Ask) -> list[Any]:
        await ask(ECHO, "once")
        await ask(Query("DEALLOCATE ALL"))
        with pytest.raises(psycopg.errors.InvalidSqlStatementName):
            await ask(ECHO, "forgotten")
        return await ask(ECHO, "again")

    assert using(work) == [("again",)]


def test_more_than_the_socket_takes_at_once_arrives() -> None:
    words = [str(number) * 2_000 for number in range(1_000, 1_400)]

    async def work(ask: Ask) -> list[Any]:
        return await asyncio.gather(*(ask(ECHO, word) for word in words))

    assert [row[0][0] for row in using(work)] == words


def test_a_server_that_is_away_is_said_within_the_deadline() -> None:
    async def work(ask: Ask) -> None:
        began = time.monotonic()
        for _ in range(3):
            with pytest.raises((psycopg.OperationalError, TimeoutError)):
                await ask(ECHO, "a", seconds=0.3)
        assert time.monotonic() - began < SOON

    using(work, host="127.0.0.1", port=free_port())


def test_closing_ends_those_who_still_wait() -> None:
    async def run() -> None:
        pipeline = PostgresPipeline(connection_arguments())
        waiting = asyncio.create_task(pipeline.ask(SLEEP, [b"0.9"], deadline=asyncio.get_running_loop().time() + SOON))
        await asyncio.sleep(0.3)
        await pipeline.close()
        with pytest.raises(psycopg.OperationalError):
            await waiting

    asyncio.run(run())
