"""manage.py events_status"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.table import Table

from apps.events.bus import BusUnavailable
from apps.events.buses import get_bus
from apps.events.handlers import load_handlers
from apps.events.status import EventsStatus, events_status


class Command(BaseCommand):
    help = "Show what waits: per consumer group and partition, in the outbox and among the dead letters."

    def handle(self, *_args: Any, **_options: Any) -> None:
        try:
            status = events_status(load_handlers(), bus=get_bus())
        except BusUnavailable as error:
            raise CommandError(f"the bus does not answer: {error}") from error
        # Not narrower than the table when the output goes into a file.
        console = Console(width=None if self.stdout.isatty() else 100)
        with console.capture() as capture:
            console.print(_table(status))
        self.stdout.write(capture.get())
        self.stdout.write(f"outbox: {status.outbox_waiting} waiting")
        for topic, count in status.dead_letters.items():
            self.stdout.write(f"dead letters of {topic}: {count}")


def _table(status: EventsStatus) -> Table:
    table = Table("group", "topic", "partition", "log", "lag")
    for row in status.partitions:
        table.add_row(row.group, row.partition.topic, str(row.partition.number), row.partition.log_id or "(empty)", str(row.lag))
    return table
