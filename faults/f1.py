"""Redis is killed, and comes back with its data."""

import time

from faults.engines import REDIS
from faults.oracle import judge_clicks
from faults.report import Report
from faults.rows import FRESH_WITHOUT_REDIS, judge_redirects, mixed_play
from faults.scale import Scale
from faults.stage import Stage
from faults.traffic import recovered_after

P99_MS = 100.0


def run(stage: Stage, scale: Scale, report: Report) -> None:
    with mixed_play(stage, scale) as play:
        stage.engines.kill(REDIS)
        time.sleep(scale.fault)
        stage.engines.start(REDIS)
        play.ended = time.monotonic()
    judge_redirects(report, play, play.load.between(play.began, play.ended + scale.recovery), p99=P99_MS, stale=FRESH_WITHOUT_REDIS)
    report.none("writes failed", play.writer.errors)
    report.at_most("last failure after return", recovered_after(play.answers, play.ended), 5.0, "s")
    judge_clicks(report, play.answers)
