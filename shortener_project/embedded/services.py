"""The product's own processes."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path

from shortener_project.embedded.commands import Command

ROOT = Path(__file__).resolve().parents[2]
_MANAGE = (sys.executable, str(ROOT / "manage.py"))
# That root may start the product is known; Celery would say on each start that it should not.
_QUIET_ROOT = ("-W", "ignore:You're running the worker with superuser privileges")
_CELERY = (sys.executable, *_QUIET_ROOT, "-m", "celery", "--quiet", "--app", "shortener_project")
# What only several workers have to tell each other takes time at the start.
_ALONE = ("--without-gossip", "--without-mingle", "--without-heartbeat")


class Phase(IntEnum):
    """When a process is told to end: those who give work before those who take it."""

    SITE = 1
    CARRIERS = 2
    CONSUMERS = 3
    ENGINES = 4


@dataclass(frozen=True, slots=True)
class Service:
    """A process that runs as long as the product does."""

    name: str
    command: Command
    phase: Phase
    # Not needed for the first page, which comes sooner when it need not share the processors.
    is_late: bool = False


def product_services(*, listener: int, redirectors: int) -> Sequence[Service]:
    """All processes; the site's answer on the listening socket with the descriptor `listener`."""
    names = ["site"] if redirectors == 1 else [f"site-{number}" for number in range(1, redirectors + 1)]
    site = Command([*_MANAGE, "redirector", "--site", "--fd", str(listener)], directory=ROOT, descriptors=(listener,))
    return [
        *(Service(name, site, Phase.SITE) for name in names),
        # Whoever follows a link as soon as there is a page sees the click as soon as anybody does.
        Service("shipper", _manage("ship_clicks"), Phase.CARRIERS),
        Service("consumers", _manage("consume"), Phase.CONSUMERS),
        Service("relay", _manage("relay_outbox"), Phase.CARRIERS, is_late=True),
        Service("worker", _celery("worker", "--pool", "threads", "--concurrency", "2", *_ALONE), Phase.CARRIERS, is_late=True),
        Service("beat", _celery("beat"), Phase.SITE, is_late=True),
    ]


def prepare_command() -> Command:
    """The process that migrates the databases and collects the static files."""
    return _manage("prepare")


def _manage(*arguments: str) -> Command:
    return Command([*_MANAGE, *arguments], directory=ROOT)


def _celery(*arguments: str) -> Command:
    return Command([*_CELERY, *arguments, "--loglevel", "WARNING"], directory=ROOT)
