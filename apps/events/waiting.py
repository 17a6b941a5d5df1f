"""What waits in the pipeline, as figures that the processes concerned write with their own."""

import time
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Sequence

import structlog
from django.db import close_old_connections, connection

from apps.common.metrics.families import Family, Sample, shared
from apps.events.bus import Bus, BusUnavailable
from apps.events.handlers import Handler
from apps.events.status import UNANSWERED, dead_letters, outbox_waiting, partitions_waiting

log = structlog.get_logger(__name__)

# Engines are asked this often, and not whenever figures are written (s).
ASK_SECONDS = 10.0


class _Remembered(ABC):
    """Figures for which engines are asked, and not too often."""

    def __init__(self) -> None:
        self._asked_at = float("-inf")
        self._families: list[Family] = []

    def families(self) -> list[Family]:
        """As of a few seconds ago."""
        if time.monotonic() - self._asked_at >= ASK_SECONDS:
            self._asked_at = time.monotonic()
            self._families = self._ask()
        return self._families

    @abstractmethod
    def _ask(self) -> list[Family]: ...


class BusFigures(_Remembered):
    """Told by consumers, without what the bus does not tell. Asks about all groups, so that one that runs nowhere shows."""

    def __init__(self, handlers: Sequence[Handler], *, bus: Bus) -> None:
        super().__init__()
        self._handlers = handlers
        self._bus = bus

    def _ask(self) -> list[Family]:
        found: list[Family] = []
        is_up = True
        for ask in (self._lag, self._dead_letters):
            try:
                found += ask()
            except BusUnavailable as error:
                is_up = False
                log.warning("bus_not_asked", reason=str(error))
        return [shared("bus_up", "1 while the bus answers.", [({}, is_up)]), *found]

    def _lag(self) -> list[Family]:
        lag: Counter[tuple[str, str]] = Counter()
        for row in partitions_waiting(self._handlers, bus=self._bus):
            lag[row.group, row.partition.topic] += row.lag
        samples: list[Sample] = [({"group": group, "topic": topic}, waiting) for (group, topic), waiting in lag.items()]
        return [shared("bus_lag", "Records that wait for a consumer group.", samples)]

    def _dead_letters(self) -> list[Family]:
        samples: list[Sample] = [({"topic": topic}, count) for topic, count in dead_letters(bus=self._bus).items()]
        return [shared("dead_letters", "Records put aside and not yet brought back.", samples)]


class OutboxFigures(_Remembered):
    """Told by the relay. Without the number that waits while PostgreSQL does not answer."""

    def _ask(self) -> list[Family]:
        close_old_connections()
        try:
            waiting = outbox_waiting()
        except UNANSWERED as error:
            log.warning("outbox_not_counted", reason=str(error).strip())
            return []
        finally:
            connection.close()
        return [shared("outbox_waiting", "Events in the outbox that are not on the bus yet.", [({}, waiting)])]
