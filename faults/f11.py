"""PostgreSQL is away for long, is restarted fast, and is restarted at once."""

import time
from signal import Signals

from faults.engines import DATABASE, FAST, IMMEDIATE
from faults.links import forget_connections
from faults.oracle import judge_clicks
from faults.report import Report
from faults.rows import FRESH, Play, mixed_play
from faults.scale import Scale
from faults.stage import Stage
from faults.traffic import failures, p99_ms

# A miss is told so within this time (s); back to normal within this time after the return (s).
MISS_SECONDS = 1.0
NORMAL_WITHIN = 5.0


def run(stage: Stage, scale: Scale, report: Report) -> None:
    ways = [("outage", IMMEDIATE, scale.outage), ("fast restart", FAST, 0.0), ("immediate restart", IMMEDIATE, 0.0)]
    for how, number, away in ways[: scale.ways]:
        _play(stage, scale, report, how, number, away=away)


def _play(stage: Stage, scale: Scale, report: Report, how: str, number: Signals, *, away: float) -> None:
    with mixed_play(stage, scale) as play:
        stage.engines.end(DATABASE, number)
        time.sleep(away)
        stage.engines.start(DATABASE)
        play.ended = time.monotonic()
    report.tell("", f"{how}:")
    report.tell("away", play.ended - play.began, "s")
    _judge_answers(report, play, scale)
    _judge_writes(report, play)
    judge_clicks(report, play.answers)


def _judge_answers(report: Report, play: Play, scale: Scale) -> None:
    answers = play.load.between(play.began, play.ended + scale.recovery)
    # Links that are being changed are not hot: what Redis knew of them is void.
    steady = play.hot - {f"/{link.code}" for link in play.writer.edited}
    hot = [answer for answer in answers if answer.path in steady]
    missed = [answer for answer in answers if answer.status == 503]
    report.tell("hot", len(hot))
    report.none("hot not served", failures(hot))
    report.tell("hot p99", p99_ms(hot), "ms")
    report.tell("503", len(missed))
    report.none("other failures", failures([answer for answer in answers if answer.status != 503]))
    report.at_most("slowest 503", max((answer.took for answer in missed), default=0.0), scale.seconds(MISS_SECONDS), "s")
    report.none("wrong", play.links.history.wrong(answers, stale=scale.seconds(FRESH)))
    late = [answer.at - play.ended for answer in missed]
    report.at_most("last failure after return", max([0.0, *late]), scale.seconds(NORMAL_WITHIN), "s")


def _judge_writes(report: Report, play: Play) -> None:
    from apps.links.models import Link  # noqa: PLC0415 - models need the stage's settings

    forget_connections()
    done, failed = set(play.writer.done), set(play.writer.failed)
    stored = set(Link.objects.filter(code__in=done | failed).values_list("code", flat=True))
    report.tell("writes done", len(play.writer.times) - len(play.writer.errors))
    report.tell("writes failed", len(play.writer.errors))
    report.none("done and absent", done - stored)
    report.none("failed and present", failed & stored)
