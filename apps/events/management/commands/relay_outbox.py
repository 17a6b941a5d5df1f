"""manage.py relay_outbox"""

from typing import Any

from django.core.management.base import BaseCommand

from apps.common.metrics.library import library_families
from apps.common.metrics.writing import metrics_written
from apps.events.buses import get_bus
from apps.events.relay import run_relay
from apps.events.stopping import stop_on_signals
from apps.events.waiting import OutboxFigures


class Command(BaseCommand):
    help = "Publish the events of the outbox until SIGTERM or Ctrl-C. Several may run; one works at a time."

    def handle(self, *_args: Any, **_options: Any) -> None:
        producer = get_bus().producer()
        stop, figures = stop_on_signals(), OutboxFigures()
        try:
            with metrics_written("relay", collect=lambda: [*library_families(), *figures.families()]):
                run_relay(producer=producer, stop=stop)
        finally:
            producer.close()
