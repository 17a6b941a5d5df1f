"""The consumer of clicks is killed again and again, also between insert and commit.

Played on the embedded bus, while redirectors answer.
"""

import random
import signal
import time

from faults.consumer import KILLS
from faults.links import Links
from faults.pipeline import judge_ingest, tell_engines
from faults.report import Report
from faults.scale import Scale
from faults.servers import play_part
from faults.stage import Stage
from faults.traffic import traffic

DRAINED_WITHIN = 60.0
# What a killed consumer held is given to the next one after this time (s).
_LEASE = 5.0
_PATIENCE = 60


def run(stage: Stage, scale: Scale, report: Report) -> None:
    tell_engines(report)
    urls = Links(stage).urls(24)
    chance = random.Random(14)  # noqa: S311 - the same kills in each run
    stage.end_carrier("consume")
    with traffic(stage, urls, rate=scale.rate) as load:
        for number in range(scale.consumer_kills):
            if number % 4:
                _at_a_place(stage, KILLS[number % 4 - 1])
            else:
                _at_any_time(stage, chance)
        stage.start_carrier("consume")
    report.tell("kills", scale.consumer_kills)
    judge_ingest(report, load.answers, within=DRAINED_WITHIN, longer=_LEASE)


def _at_any_time(stage: Stage, chance: random.Random) -> None:
    stage.start_carrier("consume")
    time.sleep(_LEASE + chance.uniform(1, 4))
    stage.end_carrier("consume", signal.SIGKILL)


def _at_a_place(stage: Stage, place: str) -> None:
    consumer = play_part(stage.own_environment, stage.log("consumer"), "faults.consumer", place)
    if consumer.wait(_PATIENCE) != -signal.SIGKILL:
        raise RuntimeError(f"the consumer that was to die at {place} ended otherwise; see its log")
