"""manage.py relay_outbox"""

from typing import Any

from django.core.management.base import BaseCommand

from apps.events.buses import get_bus
from apps.events.relay import run_relay
from apps.events.stopping import stop_on_signals


class Command(BaseCommand):
    help = "Publish the events of the outbox until SIGTERM or Ctrl-C. Several may run; one works at a time."

    def handle(self, *_args: Any, **_options: Any) -> None:
        producer = get_bus().producer()
        try:
            run_relay(producer=producer, stop=stop_on_signals())
        finally:
            producer.close()
