"""manage.py replay_dlq TOPIC [--limit N]"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.progress import Progress

from apps.events.bus import BusUnavailable, PartitionLost
from apps.events.buses import get_bus
from apps.events.replay import count_dead_letters, replay
from apps.events.topics import Topic


class Command(BaseCommand):
    help = "Bring the dead letters of a topic back, for the consumer groups that could not handle them."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("topic", choices=[str(topic) for topic in Topic])
        parser.add_argument("--limit", type=int, default=None, help="how many at most (default: all)")

    def handle(self, *_args: Any, topic: str, limit: int | None, **_options: Any) -> None:
        bus = get_bus()
        try:
            total = count_dead_letters(topic, bus=bus)
            wanted = total if limit is None else max(0, min(limit, total))
            with Progress(transient=True) as progress:
                task = progress.add_task(topic, total=wanted)
                replayed = replay(topic, bus=bus, limit=wanted, advance=lambda count: progress.advance(task, count))
        except (BusUnavailable, PartitionLost) as error:
            raise CommandError(f"stopped half-way, run it again: {error}") from error
        self.stdout.write(f"{topic}: {replayed} brought back, {total - replayed} left")
