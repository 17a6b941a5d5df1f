"""What most rows have in common: mixed load and writes while something happens, and "R ok" afterwards."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from faults.links import Links, Writer
from faults.report import Report
from faults.scale import Scale
from faults.stage import Stage
from faults.traffic import Traffic, failures, mix_of, p99_ms, seconds, traffic
from tests.load.generator import Answer

# A change may show this late (s), and this late while Redis is away.
FRESH = 1.0
FRESH_WITHOUT_REDIS = 5.0
# Three in a row open a breaker; others may have been under way.
_CALLS_TO_OPEN = 5


@dataclass(slots=True)
class Play:
    """A load with writes beside it; the times of the fault are for whoever makes it to note."""

    links: Links
    load: Traffic
    writer: Writer
    hot: set[str]
    began: float = 0.0
    ended: float = 0.0
    answers: list[Answer] = field(default_factory=list)


@contextmanager
def mixed_play(stage: Stage, scale: Scale, *, port: int = 0, per_connection: int = 0) -> Iterator[Play]:
    """Mixed load and five writes a second: warm when the block begins, and a recovery time long
    after it has ended. `port` is asked in place of the stage's."""
    links = Links(stage)
    edited = [links.make() for _ in range(4)]
    hot = links.urls(16) + [stage.url(link.code) for link in edited]
    others = links.urls(60 if scale.rate < 100 else 300)
    unknown = [stage.url(f"unknown-{number}") for number in range(100)]
    urls = mix_of(hot=hot, others=others, unknown=unknown)
    if port:
        urls = [url.replace(f":{stage.port}/", f":{port}/") for url in urls]
    with traffic(stage, urls, rate=scale.rate, per_connection=per_connection) as load:
        play = Play(links, load, Writer(links, edited, rate=scale.writes), {f"/{url.rpartition('/')[2]}" for url in hot})
        play.writer.start()
        time.sleep(scale.warm_up)
        play.began = time.monotonic()
        try:
            yield play
            play.ended = play.ended or time.monotonic()
            time.sleep(scale.recovery)
        finally:
            play.writer.stop()
    play.answers = load.answers


def judge_redirects(report: Report, play: Play, answers: list[Answer], scale: Scale, *, p99: float, stale: float) -> None:
    """ "R ok": no wrong Location, no 5xx, p99 within bounds (ms)."""
    report.tell("redirects", len(answers))
    report.none("wrong", play.links.history.wrong(answers, stale=scale.seconds(stale)))
    report.none("5xx or no answer", failures(answers))
    report.at_most("p99", p99_ms(answers), scale.p99(p99), "ms")
    tell_worst_second(report, answers, play.began)
    before = [answer for answer in play.answers if answer.at < play.began]
    report.tell("p99 before", p99_ms(before), "ms")


def failed_redis_calls(stage: Stage) -> int:
    """Calls that failed while Redis was not yet given up, as the logs of all redirectors tell since they began."""
    return stage.log("redirectors").read_bytes().count(b"redis_call_failed")


def judge_breakers(stage: Stage, report: Report, failed: int) -> None:
    """Each redirector has noticed that Redis is away, and has given it up after a few calls."""
    redirectors = len(stage.redirectors)
    report.at_least("calls failed", failed, redirectors)
    report.at_most("before breakers opened", failed, _CALLS_TO_OPEN * redirectors)


def tell_worst_second(report: Report, answers: list[Answer], began: float) -> None:
    """The second since `began` whose p99 was worst."""
    p99s = {second: p99_ms(some) for second, some in seconds(answers, began).items()}
    worst = max(p99s, key=p99s.__getitem__, default=0)
    report.tell(f"worst p99 in second {worst}", p99s.get(worst, 0.0), "ms")
