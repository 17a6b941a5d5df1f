"""Kafka hangs: its brokers take connections and bytes, and answer nothing."""

from faults.f7 import play_outage
from faults.pipeline import tell_engines
from faults.report import Report
from faults.scale import Scale
from faults.stage import Stage

BUS = "kafka"


def run(stage: Stage, scale: Scale, report: Report) -> None:
    tell_engines(report)
    report.tell("hung", scale.bus_hung, "s")
    play_outage(stage, scale, report, seconds=scale.bus_hung, away=stage.kafka.pause, back=stage.kafka.resume, start_one=False)
