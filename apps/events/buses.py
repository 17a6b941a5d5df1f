"""Which bus this installation runs on."""

from functools import cache

from django.conf import settings
from django.utils.module_loading import import_string

from apps.events.bus import Bus


@cache
def get_bus() -> Bus:
    """The bus that settings.EVENT_BUS names. It connects on first use, so this never fails on a
    bus that is down."""
    bus: Bus = import_string(settings.EVENT_BUS)()
    return bus
