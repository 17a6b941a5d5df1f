"""A consumer stands still for longer than its group waits for it, others take over, and it wakes up; then
consumers come and go."""

import random
import signal
import time
from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet

from faults.group import Place, committed, ends, members
from faults.links import Links
from faults.pipeline import judge_ingest, tell_engines
from faults.report import Report
from faults.scale import Scale
from faults.servers import manage
from faults.stage import Stage
from faults.traffic import traffic
from shortener_project.embedded.commands import Process

BUS = "kafka"
DRAINED_WITHIN = 60.0
# A session is 10 s long; by then a member that stands still is out of its group, and others have what it held.
_PATIENCE = 30.0
_LOOK_SECONDS = 0.5
# A consumer has joined within this time (s).
_JOINED = 6.0


def run(stage: Stage, scale: Scale, report: Report) -> None:
    tell_engines(report)
    urls = Links(stage).urls(24)
    chance = random.Random(16)  # noqa: S311 - the same moments in each run
    taken_over = 0
    with traffic(stage, urls, rate=scale.rate) as load:
        for _ in range(scale.zombies):
            taken_over += _stand_still(stage, chance)
        _come_and_go(stage)
    report.tell("zombies", scale.zombies)
    report.at_least("taken over", taken_over, scale.zombies)
    judge_ingest(report, load.answers, within=DRAINED_WITHIN)


def _stand_still(stage: Stage, chance: random.Random) -> bool:
    """Stop one of two consumers and let it go on later; whether the other has taken its partitions over, and
    committed meanwhile what came to them since."""
    _until(lambda: bool(members()))
    sleepers = members().keys()
    other = _second(stage)
    _until(lambda: _are_shared_out(besides=sleepers))
    time.sleep(chance.uniform(0, 0.5))
    orphans = {place for member, places in members().items() if member in sleepers for place in places}
    zombie = stage.carriers["consume"]
    zombie.send_signal(signal.SIGSTOP)
    try:
        before = _of(orphans, ends())
        is_taken_over = _until(lambda: _are_held(orphans, besides=sleepers))
        since = _of(orphans, ends())
        is_taken_over &= since != before and _until(lambda: _reaches(committed(), since))
        time.sleep(1)
    finally:
        zombie.send_signal(signal.SIGCONT)
    time.sleep(2)
    _end(other)
    return is_taken_over


def _are_shared_out(*, besides: AbstractSet[str]) -> bool:
    """Whether others than `besides` are in the group too, and all partitions are held."""
    now = members()
    return len(now) > len(besides) and ends().keys() <= set().union(*now.values())


def _are_held(places: AbstractSet[Place], *, besides: AbstractSet[str]) -> bool:
    """Whether others than `besides` hold `places`, and the latter are out of the group."""
    now = members()
    return bool(places) and not besides & now.keys() and places <= set().union(*now.values())


def _of(places: AbstractSet[Place], offsets: Mapping[Place, int]) -> dict[Place, int]:
    return {place: offset for place, offset in offsets.items() if place in places}


def _until(condition: Callable[[], bool]) -> bool:
    """Wait for `condition`; whether it came in time."""
    deadline = time.monotonic() + _PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(_LOOK_SECONDS)
    return True


def _reaches(offsets: Mapping[Place, int], wanted: Mapping[Place, int]) -> bool:
    return all(offsets.get(place, 0) >= offset for place, offset in wanted.items())


def _come_and_go(stage: Stage) -> None:
    for _ in range(2):
        first, second = _second(stage), _second(stage)
        time.sleep(_JOINED)
        _end(first)
        second.send_signal(signal.SIGKILL)
        second.wait(15)
        time.sleep(1)


def _second(stage: Stage) -> Process:
    return manage(stage.own_environment, stage.log("consume"), "consume")


def _end(process: Process) -> None:
    process.terminate()
    process.wait(15)
