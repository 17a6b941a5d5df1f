"""Everything is delivered again: the group begins at the first click, and all clicks are published once more."""

import time

from faults import pipeline
from faults.links import Links
from faults.oracle import judge_clicks
from faults.pipeline import judge_sums, seconds_until_drained, tell_engines
from faults.report import Report
from faults.scale import Scale
from faults.stage import Stage
from faults.traffic import traffic

DRAINED_WITHIN = 60.0
_KEEPER = "keeper"


def run(stage: Stage, scale: Scale, report: Report) -> None:
    from apps.analytics.consumers import ClickIngest  # noqa: PLC0415 - models need the stage's settings

    tell_engines(report)
    # A group that reads nothing yet keeps the clicks on the bus.
    pipeline.bus().register(group=_KEEPER, topics=ClickIngest.topics)
    seconds_until_drained(DRAINED_WITHIN)
    # Of earlier faults on this stage: they may have left the bus.
    earlier = _clicks(pipeline.sums_by_link())
    with traffic(stage, Links(stage).urls(24), rate=scale.rate) as load:
        time.sleep(scale.warm_up + scale.fault)
    judge_clicks(report, load.answers)
    seconds_until_drained(DRAINED_WITHIN)
    before = pipeline.sums_by_link()
    played = _clicks(before) - earlier

    stage.end_carrier("consume")
    again = pipeline.rewind(ClickIngest.group)
    report.at_least("delivered again", again, played)
    stage.start_carrier("consume")
    report.at_most("drained after", seconds_until_drained(DRAINED_WITHIN), DRAINED_WITHIN, "s")
    report.none("links with other sums", _changed(before))

    clicks = pipeline.read_all(_KEEPER)
    report.at_least("published again", len(clicks), played)
    pipeline.publish(clicks)
    report.at_most("drained after", seconds_until_drained(DRAINED_WITHIN), DRAINED_WITHIN, "s")
    report.none("links with other sums", _changed(before))
    judge_sums(report)


def _clicks(sums: dict[int, tuple[int, ...]]) -> int:
    return sum(row[0] for row in sums.values())


def _changed(before: dict[int, tuple[int, ...]]) -> set[str]:
    """Links of which any store says something else than before."""
    now = pipeline.sums_by_link()
    return {f"{link}: {before.get(link)} -> {now.get(link)}" for link in before.keys() | now.keys() if before.get(link) != now.get(link)}
