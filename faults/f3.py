"""Redis comes back empty while everybody asks for one link."""

import re
import time

from faults.engines import DATABASE, FAST, REDIS
from faults.links import Links, forget_connections
from faults.oracle import judge_clicks
from faults.probes import seconds_until_shown
from faults.report import Report
from faults.rows import FRESH, FRESH_WITHOUT_REDIS
from faults.scale import Scale
from faults.stage import Stage
from faults.traffic import failures, p99_ms, traffic


def run(stage: Stage, scale: Scale, report: Report) -> None:
    stage.engines.end(DATABASE, FAST)
    stage.engines.start(DATABASE, options=["-c", "log_statement=all", "-c", "log_parameter_max_length=-1"])
    forget_connections()
    links = Links(stage)
    link = links.make()
    # Pools get over the restart.
    seconds_until_shown(stage, link.code, links.history.eras[f"/{link.code}"][0].location)
    log = stage.engines.log_of(DATABASE)
    with traffic(stage, [stage.url(link.code)], rate=scale.burst) as load:
        time.sleep(scale.warm_up)
        seen = log.stat().st_size
        stage.engines.kill(REDIS)
        stage.engines.empty_redis()
        stage.engines.start(REDIS)
        time.sleep(scale.recovery)
    asked = re.compile(rf"Parameters:.*[{{,]{link.code}[,}}]".encode())
    with log.open("rb") as lines:
        # What is counted is there to be counted.
        report.at_least("queries when it was new", len(asked.findall(lines.read(seen))), 1)
        queries = len(asked.findall(lines.read()))
    report.tell("redirects", len(load.answers))
    report.at_most("queries for the link", queries, len(stage.redirectors))
    report.none("wrong", links.history.wrong(load.answers, stale=scale.seconds(FRESH_WITHOUT_REDIS)))
    report.none("5xx or no answer", failures(load.answers))
    report.tell("p99", p99_ms(load.answers), "ms")
    location = links.edit(link)
    report.at_most("then an edit shows after", seconds_until_shown(stage, link.code, location), scale.seconds(FRESH), "s")
    # What was on the bus is gone with Redis; what comes now must be counted again.
    with traffic(stage, [stage.url(link.code)], rate=scale.rate) as later:
        time.sleep(2)
    judge_clicks(report, later.answers)
