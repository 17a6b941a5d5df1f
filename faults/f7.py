"""Kafka is killed and stays away, for longer than its client would wait for a record by default.

Redirects go on, a redirector that is started meanwhile too; clicks wait on disk, and no process grows.
"""

import time
from collections.abc import Callable

import psutil

from faults.oracle import judge_clicks
from faults.pipeline import judge_sums, seconds_until_drained, tell_engines
from faults.report import Report
from faults.rows import FRESH, judge_redirects, mixed_play
from faults.scale import Scale
from faults.stage import Stage

BUS = "kafka"
P99_MS = 50.0
DRAINED_WITHIN = 300.0
GROWTH_MB = 64.0
_MB = 1024 * 1024


def run(stage: Stage, scale: Scale, report: Report) -> None:
    tell_engines(report)
    report.tell("away", scale.bus_away, "s")
    play_outage(stage, scale, report, seconds=scale.bus_away, away=stage.kafka.kill, back=stage.kafka.start, start_one=True)


def play_outage(
    stage: Stage, scale: Scale, report: Report, *, seconds: float, away: Callable[[], None], back: Callable[[], None], start_one: bool
) -> None:
    """Take the brokers `away` for so long and bring them `back`, under load; judge redirects, memory, and clicks."""
    with mixed_play(stage, scale) as play:
        # All have handled clicks by now: parsers and the first blocks are in it.
        before = _memory(stage)
        away()
        ends = time.monotonic() + seconds
        late = stage.add_redirector() if start_one else None
        if late is not None:
            late.await_start()
        time.sleep(max(0.0, ends - time.monotonic()))
        waiting, after = _spool_bytes(stage), _memory(stage)
        back()
        play.ended = time.monotonic()
    report.tell("waited in the spool", waiting / _MB, "MB")
    judge_redirects(report, play, play.load.between(play.began, play.ended + scale.recovery), scale, p99=P99_MS, stale=FRESH)
    report.none("writes failed", play.writer.errors)
    for name in before:
        report.at_most(f"{name} grew", after[name] - before[name], GROWTH_MB, "MB")
    judge_clicks(report, play.answers, patience=DRAINED_WITHIN)
    seconds_until_drained(DRAINED_WITHIN)
    report.at_most("all stored after return", time.monotonic() - play.ended, DRAINED_WITHIN, "s")
    judge_sums(report)
    if late is not None:
        stage.remove(late)


def _memory(stage: Stage) -> dict[str, float]:
    """Resident memory of what stands before the bus, redirectors, shipper and relay, and of the consumers behind it (MB)."""
    processes = {f"redirector {number}": redirector.process.pid for number, redirector in enumerate(stage.redirectors)}
    processes |= {name: stage.carriers[name].pid for name in ("ship_clicks", "relay_outbox", "consume")}
    return {name: psutil.Process(pid).memory_info().rss / _MB for name, pid in processes.items()}


def _spool_bytes(stage: Stage) -> int:
    return sum(path.stat().st_size for path in (stage.var_dir / "spool").glob("*.spool"))
