"""A consumer stands still for longer than its group waits for it, others take over, and it wakes up; then
consumers come and go."""

import random
import signal
import time

from faults.links import Links
from faults.pipeline import judge_ingest, lag, tell_engines
from faults.report import Report
from faults.scale import Scale
from faults.servers import manage
from faults.stage import Stage
from faults.traffic import traffic
from shortener_project.embedded.commands import Process

BUS = "kafka"
DRAINED_WITHIN = 60.0
# A session is 10 s long; a second more and the member is out of its group.
_STOPPED = 13.0
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
    """Stop one of two consumers and let it go on later; whether the other has done its work meanwhile."""
    other = _second(stage)
    time.sleep(_JOINED + chance.uniform(0, 0.5))
    zombie = stage.carriers["consume"]
    zombie.send_signal(signal.SIGSTOP)
    try:
        time.sleep(_STOPPED)
        behind = lag()
        time.sleep(3)
        is_taken_over = lag() <= max(behind, 2_000)
    finally:
        zombie.send_signal(signal.SIGCONT)
    time.sleep(2)
    _end(other)
    return is_taken_over


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
