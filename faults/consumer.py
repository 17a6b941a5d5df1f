"""A consumer of clicks that kills itself at a chosen place, or has something wrong with it.

    python -m faults.consumer before_insert|after_insert|after_ledger|slow_parser|broken_parser|new_schema

The environment is that of the stage.
"""

import os
import signal
import sys
import threading
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NoReturn

import django

if TYPE_CHECKING:
    from apps.analytics.consumers import ClickIngest
    from apps.events.bus import Batch, Consumer

KILLS = ("before_insert", "after_insert", "after_ledger")
# What the parser is made to trip over (in user agents).
STUMBLING_BLOCK = "stumbling-block"
# A version of the schema of clicks that only this consumer knows.
NEW_VERSION = 77
_SLOW_SECONDS = 0.2


def main(part: str) -> None:
    django.setup()
    from apps.common.metrics.writing import metrics_written  # noqa: PLC0415 - settings are read now
    from apps.common.visitors.metrics import enrichment_families  # noqa: PLC0415
    from apps.events.buses import get_bus  # noqa: PLC0415
    from apps.events.runner import GroupRunner  # noqa: PLC0415

    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda _number, _frame: stop.set())
    with metrics_written("consumers", collect=enrichment_families):
        GroupRunner(_handler(part), bus=get_bus(), stop=stop).run()


def _handler(part: str) -> "ClickIngest":
    from apps.analytics import store  # noqa: PLC0415
    from apps.analytics.consumers import ClickIngest  # noqa: PLC0415

    class DyingBeforeCommit(ClickIngest):
        def handle(self, batch: "Batch", consumer: "Consumer") -> NoReturn:
            super().handle(batch, consumer)
            _die()

    def dying_insert(rows: Sequence[Any], *, token: str) -> None:
        if part == "after_insert":
            store.insert_clicks(rows, token=token)
        _die()

    if part in {"before_insert", "after_insert"}:
        return ClickIngest(insert=dying_insert)
    if part == "after_ledger":
        return DyingBeforeCommit()
    _WRONGS[part]()
    return ClickIngest()


def _die() -> NoReturn:
    os.kill(os.getpid(), signal.SIGKILL)
    raise SystemExit


def _break_parser() -> None:
    from apps.common.visitors import user_agents  # noqa: PLC0415

    parse = user_agents._resolver()

    def stumble(text: str, domain: Any) -> Any:
        if STUMBLING_BLOCK in text:
            raise RuntimeError("the parser trips")
        return parse(text, domain)

    user_agents._resolver = lambda: stumble  # type: ignore[assignment]


def _slow_parser_down() -> None:
    from apps.common.visitors import user_agents  # noqa: PLC0415

    parse = user_agents._resolver()

    def dawdle(text: str, domain: Any) -> Any:
        if STUMBLING_BLOCK in text:
            time.sleep(_SLOW_SECONDS)
        return parse(text, domain)

    user_agents._resolver = lambda: dawdle  # type: ignore[assignment]


def _learn_new_schema() -> None:
    from apps.events import schemas  # noqa: PLC0415
    from apps.events.topics import Topic  # noqa: PLC0415

    old, new = (Topic.URL_REDIRECTED, 1), (Topic.URL_REDIRECTED, NEW_VERSION)
    for known in (schemas.SCHEMAS, schemas.AT_ONCE):
        known[new] = known[old]  # type: ignore[index, assignment]


_WRONGS = {"broken_parser": _break_parser, "slow_parser": _slow_parser_down, "new_schema": _learn_new_schema}


if __name__ == "__main__":
    main(sys.argv[1])
