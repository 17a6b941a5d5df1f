"""Figures in Prometheus' text format."""

from collections.abc import Iterable, Iterator

from prometheus_client import CollectorRegistry, Metric, generate_latest
from prometheus_client.registry import Collector

from apps.common.metrics.families import Family, Kind

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
PREFIX = "shortener_"


class _Families(Collector):
    def __init__(self, families: Iterable[Family]) -> None:
        self.families = families

    def collect(self) -> Iterator[Metric]:
        for family in self.families:
            is_counter = family.kind is Kind.COUNTER
            # The library adds the ending itself.
            name = PREFIX + family.name
            metric = Metric(name.removesuffix("_total") if is_counter else name, family.help, "counter" if is_counter else "gauge")
            for labels, value in family.samples:
                metric.add_sample(name, labels, value)
            yield metric


def rendered(families: Iterable[Family]) -> bytes:
    """The page that Prometheus reads."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Families(families))
    return generate_latest(registry)
