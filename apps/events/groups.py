"""Several consumer groups in one process, a thread each."""

import threading
import time
from collections.abc import Sequence

import structlog

from apps.events.backoff import Backoff
from apps.events.bus import Bus, BusUnavailable
from apps.events.handlers import Handler
from apps.events.runner import GroupRunner

log = structlog.get_logger(__name__)

# A handler that is still busy this long after the stop is left behind; its work is done again (s).
GRACE_SECONDS = 4.0


def register_groups(handlers: Sequence[Handler], *, bus: Bus, stop: threading.Event) -> None:
    """Make all groups known to the bus, waiting for it if need be; returns early when `stop` is set."""
    backoff = Backoff(first=0.2, longest=2.0)
    while not stop.is_set():
        try:
            for handler in handlers:
                bus.register(group=handler.group, topics=handler.topics)
        except BusUnavailable as error:
            log.warning("bus_unavailable", reason=str(error))
            stop.wait(backoff.next_delay())
        else:
            return


def run_groups(handlers: Sequence[Handler], *, bus: Bus, stop: threading.Event) -> bool:
    """Run all `handlers` until `stop` is set. False when a thread ended by itself, which is a bug
    that only a new process can mend."""
    threads = [
        threading.Thread(target=GroupRunner(handler, bus=bus, stop=stop).run, name=handler.group, daemon=True) for handler in handlers
    ]
    for thread in threads:
        thread.start()
    while not stop.wait(0.5) and all(thread.is_alive() for thread in threads):
        pass
    is_orderly = stop.is_set()
    stop.set()
    deadline = time.monotonic() + GRACE_SECONDS
    for thread in threads:
        thread.join(timeout=max(0.0, deadline - time.monotonic()))
        if thread.is_alive():
            log.warning("handler_left_behind", group=thread.name)
    return is_orderly
