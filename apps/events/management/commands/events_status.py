"""manage.py events_status"""

from collections.abc import Sequence
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.table import Table

from apps.events.buses import get_bus
from apps.events.handlers import load_handlers
from apps.events.status import PartitionStatus, events_status


class Command(BaseCommand):
    help = "Show what waits: per consumer group and partition, in the outbox and among the dead letters."

    def handle(self, *_args: Any, **_options: Any) -> None:
        status = events_status(load_handlers(), bus=get_bus())
        if status.partitions is not None:
            self._show(status.partitions)
        if status.outbox_waiting is not None:
            self.stdout.write(f"outbox: {status.outbox_waiting} waiting")
        for topic, count in (status.dead_letters or {}).items():
            if count:
                self.stdout.write(f"dead letters of {topic}: {count}")
        if status.failures:
            raise CommandError("\n".join(status.failures))

    def _show(self, partitions: Sequence[PartitionStatus]) -> None:
        # Not narrower than the table when the output goes into a file.
        console = Console(width=None if self.stdout.isatty() else 100)
        with console.capture() as capture:
            console.print(_table(partitions))
        self.stdout.write(capture.get())


def _table(partitions: Sequence[PartitionStatus]) -> Table:
    table = Table("group", "topic", "partition", "log", "lag")
    for row in partitions:
        table.add_row(row.group, row.partition.topic, str(row.partition.number), row.partition.log_id or "(empty)", str(row.lag))
    return table
