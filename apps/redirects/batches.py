"""What many requests want at one moment is asked for in one go.

Under load the event loop meets dozens of requests in one turn. A round trip for each costs several
times what a common one does, so those of a turn are gathered, and asked when it ends.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

Key = TypeVar("Key")
Answer = TypeVar("Answer")
# Longest batch: what is asked for then is no more than a few tens of KB.
SIZE = 64


class Batches(Generic[Key, Answer]):
    """Calls `ask` with keys and the instant (of the event loop's clock) by which they want an answer.

    Answers stand in the order of keys, one for each; an error goes to all who wait for that batch. While
    `at_once` batches are under way, others gather until one of them ends.
    """

    def __init__(self, ask: Callable[[Sequence[Key], float], Awaitable[Sequence[Answer]]], *, patience: float, at_once: int) -> None:
        self._ask = ask
        self._patience = patience
        self._at_once = at_once
        # Key, who waits, and until when.
        self._waiting: list[tuple[Key, asyncio.Future[Answer], float]] = []
        self._is_due = False
        self._under_way: set[asyncio.Task[None]] = set()

    async def get(self, key: Key) -> Answer:
        """The answer for `key`. Raises what `ask` raises."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Answer] = loop.create_future()
        self._waiting.append((key, future, loop.time() + self._patience))
        if not self._is_due and len(self._under_way) < self._at_once:
            self._is_due = True
            loop.call_soon(self._send)
        return await future

    def _send(self) -> None:
        self._is_due = False
        while self._waiting and len(self._under_way) < self._at_once:
            batch, self._waiting = self._waiting[:SIZE], self._waiting[SIZE:]
            task = asyncio.get_running_loop().create_task(self._answer(batch))
            self._under_way.add(task)
            task.add_done_callback(self._ended)

    def _ended(self, task: "asyncio.Task[None]") -> None:
        self._under_way.discard(task)
        if self._waiting and not self._is_due:
            self._send()

    async def _answer(self, batch: list[tuple[Key, "asyncio.Future[Answer]", float]]) -> None:
        try:
            # The first one's patience ends first.
            answers = await self._ask([key for key, _, _ in batch], batch[0][2])
            answered = list(zip(batch, answers, strict=True))
        except Exception as error:  # noqa: BLE001 - each of those who wait meets it
            for _, future, _ in batch:
                if not future.done():
                    future.set_exception(error)
            return
        except asyncio.CancelledError:
            for _, future, _ in batch:
                future.cancel()
            raise
        for (_, future, _), answer in answered:
            if not future.done():
                future.set_result(answer)
