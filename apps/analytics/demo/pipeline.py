"""Sending the demo's clicks down the real pipeline and waiting for them at its end."""

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import TypeAlias

from django.db.models import Sum

from apps.analytics.consumers import ClickIngest
from apps.analytics.demo.account import DemoAccount
from apps.events.bus import Bus, Message
from apps.events.runner import GroupRunner
from apps.events.topics import Topic
from apps.links.models import Link

Progress: TypeAlias = Callable[[int], None]

_AT_ONCE = 1000
_CONFIRM_SECONDS = 30.0
_LOOK_SECONDS = 0.25
# Without progress for so long, no consumer seems to run and the command takes the clicks in itself (s).
_ALONE_SECONDS = 2.0
# And without progress for so long even so, something is broken (s).
_STUCK_SECONDS = 60.0


class ClicksNotStored(Exception):
    """The clicks are on the bus, but nothing stores them."""


def send(messages: Iterable[Message], *, bus: Bus, progress: Progress) -> None:
    """Publish `messages` and have them confirmed; `progress` gets how many are. Raises BusUnavailable."""
    bus.register(group=ClickIngest.group, topics=ClickIngest.topics)
    producer = bus.producer()
    sent = 0
    try:
        waiting = iter(messages)
        while chunk := list(islice(waiting, _AT_ONCE)):
            producer.publish(Topic.URL_REDIRECTED, chunk)
            producer.confirm(timeout=_CONFIRM_SECONDS)
            sent += len(chunk)
            progress(sent)
    finally:
        producer.close()


def stored_clicks(account: DemoAccount) -> int:
    """Clicks of the account's links that are stored and counted."""
    total = Link.objects.filter(workspace=account.workspace).aggregate(total=Sum("click_count"))["total"]
    return total or 0


def wait_until_stored(account: DemoAccount, *, count: int, bus: Bus, progress: Progress) -> None:
    """Return once `count` clicks of the account are stored; `progress` gets how many are.

    Where no consumer runs, this process becomes one meanwhile. Raises ClicksNotStored.
    """
    if _watch(account, count=count, patience=_ALONE_SECONDS, progress=progress):
        return
    with _consumer(bus):
        if not _watch(account, count=count, patience=_STUCK_SECONDS, progress=progress):
            raise ClicksNotStored


def _watch(account: DemoAccount, *, count: int, patience: float, progress: Progress) -> bool:
    """True when all are stored, False after `patience` seconds without progress."""
    last, moved_at = -1, time.monotonic()
    while (stored := stored_clicks(account)) < count:
        if stored != last:
            last, moved_at = stored, time.monotonic()
            progress(stored)
        elif time.monotonic() - moved_at > patience:
            return False
        time.sleep(_LOOK_SECONDS)
    progress(count)
    return True


@contextmanager
def _consumer(bus: Bus) -> Iterator[None]:
    stop = threading.Event()
    thread = threading.Thread(target=GroupRunner(ClickIngest(), bus=bus, stop=stop).run, name=ClickIngest.group)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
