"""Redirectors are killed again and again, then replaced by new ones, under load."""

import signal
import time

from faults.oracle import judge_clicks
from faults.report import Report
from faults.rows import FRESH, mixed_play
from faults.scale import Scale
from faults.stage import Stage
from faults.traffic import CONNECTIONS, failures, p99_ms
from tests.ports import free_port

KILL_EVERY = 2.0
# A redirector that is told to end has ended within this time (s).
ENDS_WITHIN = 3.0
# Most visitors bring a connection of their own.
PER_CONNECTION = 3


def run(stage: Stage, scale: Scale, report: Report) -> None:
    report.tell("", "killed:")
    _kill(stage, scale, report)
    for how, port in [("sockets of their own", free_port()), ("one socket", 0)][: scale.ways]:
        report.tell("", f"replaced on {how}:")
        _deploy(stage, scale, report, port=port)


def _kill(stage: Stage, scale: Scale, report: Report) -> None:
    with mixed_play(stage, scale) as play:
        for number in range(scale.kills):
            redirector = stage.redirectors[number % len(stage.redirectors)]
            redirector.end(signal.SIGKILL)
            redirector.start()
            time.sleep(KILL_EVERY)
        stage.await_redirectors()
    report.tell("kills", scale.kills)
    unanswered = [answer for answer in play.answers if answer.status == 0]
    report.none("wrong", play.links.history.wrong(play.answers, stale=scale.seconds(FRESH)))
    report.none("5xx", failures([answer for answer in play.answers if answer.status]))
    report.at_most("without an answer", len(unanswered), scale.kills * CONNECTIONS)
    judge_clicks(report, play.answers, surplus=len(unanswered))


def _deploy(stage: Stage, scale: Scale, report: Report, *, port: int = 0) -> None:
    """New processes are started, and the old ones told to end when those answer. With a port, each
    binds it for itself."""
    current = [stage.add_redirector(bind=port) for _ in range(2)] if port else list(stage.redirectors)
    for redirector in current:
        redirector.await_start()
    slowest = 0.0
    with mixed_play(stage, scale, port=port, per_connection=PER_CONNECTION) as play:
        for _ in range(scale.deployments):
            old, current = current, [stage.add_redirector(bind=port) for _ in current]
            for redirector in current:
                redirector.await_start()
            slowest = max(slowest, *(stage.remove(redirector) for redirector in old))
    if port:
        for redirector in current:
            stage.remove(redirector)
    report.tell("deployments", scale.deployments)
    report.tell("redirects", len(play.answers))
    report.none("wrong", play.links.history.wrong(play.answers, stale=scale.seconds(FRESH)))
    report.none("failed", failures(play.answers))
    report.at_most("slowest end", slowest, scale.seconds(ENDS_WITHIN), "s")
    report.tell("p99", p99_ms(play.answers), "ms")
    judge_clicks(report, play.answers)
