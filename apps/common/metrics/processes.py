"""Figures of processes that others start and end: Celery's and gunicorn's workers."""

import os

from apps.common.metrics.families import Family
from apps.common.metrics.library import library_families
from apps.common.metrics.writing import MetricsWriter
from apps.common.ratelimit.metrics import rate_limit_families
from apps.common.visitors.metrics import enrichment_families

# By process: a process that is a copy of another one has threads and figures of its own.
_writers: dict[int, MetricsWriter] = {}


def common_families() -> list[Family]:
    """What any process may have counted."""
    return [*library_families(), *enrichment_families(), *rate_limit_families({})]


def begin(role: str) -> None:
    """Keep the figures of this process current from now on."""
    if os.getpid() not in _writers:
        _writers[os.getpid()] = MetricsWriter(role, collect=common_families)
        _writers[os.getpid()].start()


def end() -> None:
    """Take them away; what was counted stays in the sum."""
    if (writer := _writers.pop(os.getpid(), None)) is not None:
        writer.stop()
