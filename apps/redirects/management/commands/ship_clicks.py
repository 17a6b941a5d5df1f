import signal
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from apps.common.metrics.families import Family
from apps.common.metrics.library import library_families
from apps.common.metrics.writing import metrics_written
from apps.events.buses import get_bus
from apps.redirects.backlog import shipper_families
from apps.redirects.shipper import AlreadyShipping, Shipper


def _families(shipper: Shipper) -> list[Family]:
    return [*library_families(), *shipper_families(shipper.counters, settings.SPOOL_DIR)]


class Command(BaseCommand):
    help = "Carry clicks from the spool to the bus until SIGTERM."

    _stopped = False

    def handle(self, **_options: Any) -> str:
        try:
            shipper = Shipper(settings.SPOOL_DIR, get_bus().producer())
        except (AlreadyShipping, OSError) as error:
            raise CommandError(f"SPOOL_DIR: {error}") from error
        signal.signal(signal.SIGTERM, self._stop)
        signal.signal(signal.SIGINT, self._stop)
        try:
            with metrics_written("shipper", collect=lambda: _families(shipper)):
                shipper.run(lambda: self._stopped)
        finally:
            shipper.close()
        shipped = shipper.counters.shipped
        return f"shipped {shipped} click" if shipped == 1 else f"shipped {shipped} clicks"

    def _stop(self, _number: int, _frame: object) -> None:
        self._stopped = True
