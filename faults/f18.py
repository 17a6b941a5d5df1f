"""Poison of all kinds among a batch of clicks: the bad records are put aside, each alone, and come back after a fix."""

import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime

from faults import pipeline
from faults.clicks import Clicks
from faults.consumer import NEW_VERSION
from faults.links import Links
from faults.pipeline import judge_sums, seconds_until_drained, tell_engines
from faults.report import Report
from faults.scale import Scale
from faults.servers import manage, play_part
from faults.stage import Stage

DRAINED_WITHIN = 10.0
_READY = 8.0
_PATIENCE = 60.0
# A link that was never made; a click on it is a click.
_UNKNOWN_LINK = 987_654_321_987


def run(stage: Stage, scale: Scale, report: Report) -> None:
    from apps.events.topics import Topic  # noqa: PLC0415 - models need the stage's settings

    tell_engines(report)
    links = Links(stage)
    made = [links.make() for _ in range(8)]
    clicks = Clicks()
    good = [(str(link.pk), clicks.make(link.pk)) for _ in range(scale.batch // len(made)) for link in made]
    unknown = (str(_UNKNOWN_LINK), clicks.make(_UNKNOWN_LINK))
    poison = dict(_poison(made[0].pk))
    began = time.monotonic()
    pipeline.publish([*_mixed(good, [(str(made[0].pk), value) for value in poison.values()]), unknown])
    report.at_most("drained after", seconds_until_drained(_PATIENCE), scale.seconds(DRAINED_WITHIN), "s")
    report.tell("with their publication", time.monotonic() - began, "s")
    before = pipeline.sums_by_link()
    report.none("neighbours missing", {str(len(good) - sum(before[link.pk][0] for link in made))} - {"0"})
    report.none("clicks on an unknown link missing", {str(1 - before.get(_UNKNOWN_LINK, (0,))[0])} - {"0"})
    letters = pipeline.dead_letters(Topic.URL_REDIRECTED)
    report.none("not put aside", {name for name, value in poison.items() if value not in letters})
    report.none("put aside for nothing", {value.decode(errors="replace")[:60] for value in letters if value not in poison.values()})
    report.none("without a reason", {name for name, value in poison.items() if not letters.get(value)})

    # The fix: consumers that know the new version of the schema.
    stage.end_carrier("consume")
    fixed = play_part(stage.own_environment, stage.log("consumer"), "faults.consumer", "new_schema")
    time.sleep(_READY)
    _replay_dead_letters(stage, Topic.URL_REDIRECTED)
    report.at_most("drained after the replay", seconds_until_drained(_PATIENCE), scale.seconds(DRAINED_WITHIN), "s")
    after = pipeline.sums_by_link()
    fixed.terminate()
    fixed.wait(15)
    report.none("not stored after the fix", {str(1 + before[made[0].pk][0] - after[made[0].pk][0])} - {"0"})
    report.none("others changed", {str(link.pk) for link in made[1:] if before[link.pk] != after[link.pk]})
    judge_sums(report)


def _poison(link_id: int) -> Iterator[tuple[str, bytes]]:
    clicks = Clicks()
    good = clicks.make(link_id)
    yield "no JSON", b"\x00\x01 not json"
    yield "cut short", good[:-30]
    yield "empty", b""
    yield "bad UTF-8", good.replace(b"probe", b"\xff\xfe\xfa")
    yield "2 MB", clicks.make(link_id, payload={"user_agent": "x" * 2_000_000})
    yield "1970", clicks.make(link_id, at=datetime(1970, 1, 1, tzinfo=UTC))
    yield "2262", clicks.make(link_id, at=datetime(2262, 1, 1, tzinfo=UTC))
    yield "a text as number", clicks.make(link_id, payload={"sequence": "many"})
    yield "unknown version", clicks.make(link_id, version=NEW_VERSION)


def _mixed(good: list[tuple[str, bytes]], bad: list[tuple[str, bytes]]) -> Iterator[tuple[str, bytes]]:
    """The bad ones spread among the good ones."""
    every = len(good) // (len(bad) + 1)
    for number, item in enumerate(good, start=1):
        yield item
        if number % every == 0 and number // every <= len(bad):
            yield bad[number // every - 1]


def _replay_dead_letters(stage: Stage, topic: str) -> None:
    """manage.py replay_dlq, to its end."""
    command = manage(stage.own_environment, stage.log("replay"), "replay_dlq", topic)
    if command.wait(_PATIENCE) != 0:
        raise subprocess.SubprocessError("replay_dlq failed; see its log")
