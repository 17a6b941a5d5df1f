"""manage.py consume [GROUP…]"""

import gc
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.common.metrics.library import library_families
from apps.common.metrics.writing import metrics_written
from apps.common.visitors.metrics import enrichment_families
from apps.events.buses import get_bus
from apps.events.groups import register_groups, run_groups
from apps.events.handlers import load_handlers, side_by_side
from apps.events.stopping import stop_on_signals
from apps.events.waiting import BusFigures

# Allocations between two searches for garbage. Batches hold hundreds of thousands of objects, none of
# them garbage: searched as often as Python does by itself, they take a third of the time.
_UNSEARCHED = 100_000


class Command(BaseCommand):
    help = "Handle the events of consumer groups until SIGTERM or Ctrl-C."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("groups", nargs="*", metavar="GROUP", help=f"of {', '.join(settings.CONSUMER_GROUPS)}; default: all")

    def handle(self, *_args: Any, groups: list[str], **_options: Any) -> None:
        unknown = set(groups) - set(settings.CONSUMER_GROUPS)
        if unknown:
            raise CommandError(f"unknown consumer group: {', '.join(sorted(unknown))}")
        stop = stop_on_signals()
        handlers = load_handlers()
        bus = get_bus()
        figures = BusFigures(handlers, bus=bus)
        with metrics_written("consumers", collect=lambda: [*library_families(), *enrichment_families(), *figures.families()]):
            register_groups(handlers, bus=bus, stop=stop)
            gc.freeze()
            gc.set_threshold(_UNSEARCHED, 20, 50)
            chosen = [handler for handler in handlers if not groups or handler.group in groups]
            is_orderly = run_groups(side_by_side(chosen), bus=bus, stop=stop)
        if not is_orderly:
            raise CommandError("a consumer thread ended by itself; see the log")
