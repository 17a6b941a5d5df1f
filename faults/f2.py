"""Redis hangs: stopped by a signal, then so slow that each answer takes five seconds."""

import time
from collections.abc import Callable

from faults.engines import REDIS
from faults.oracle import judge_clicks
from faults.report import Report
from faults.rows import FRESH_WITHOUT_REDIS, Play, failed_redis_calls, judge_breakers, judge_redirects, mixed_play
from faults.scale import Scale
from faults.stage import Stage
from faults.traffic import p99_ms, seconds

PROXIED = (REDIS,)
P99_MS = 150.0
# Breakers have this long to open.
SETTLES_WITHIN = 2.0
LATENCY = 5.0


def run(stage: Stage, scale: Scale, report: Report) -> None:
    proxy = stage.proxies[REDIS]

    def slow() -> None:
        proxy.latency = LATENCY

    ways = [
        ("stopped", lambda: stage.engines.pause(REDIS), lambda: stage.engines.resume(REDIS)),
        ("slow", slow, proxy.up),
    ]
    for how, hang, end in ways[: scale.ways]:
        report.tell("", f"{how}:")
        _play(stage, scale, report, hang=hang, end=end)


def _play(stage: Stage, scale: Scale, report: Report, *, hang: Callable[[], None], end: Callable[[], None]) -> None:
    with mixed_play(stage, scale) as play:
        failed_before = failed_redis_calls(stage)
        hang()
        time.sleep(scale.fault)
        failed = failed_redis_calls(stage) - failed_before
        end()
        play.ended = time.monotonic()
    answers = play.load.between(play.began + SETTLES_WITHIN, play.ended + scale.recovery)
    judge_redirects(report, play, answers, scale, p99=P99_MS, stale=FRESH_WITHOUT_REDIS)
    judge_breakers(stage, report, failed)
    _tell_first_seconds(report, play)
    judge_clicks(report, play.answers)


def _tell_first_seconds(report: Report, play: Play) -> None:
    series = seconds(play.load.between(play.began, play.ended), play.began)
    report.tell("p99 by second", "/".join(f"{p99_ms(series.get(second, [])):.0f}" for second in range(4)), "ms")
