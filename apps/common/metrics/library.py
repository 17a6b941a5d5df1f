"""Counters and gauges that the rooms keep with prometheus_client, as families."""

import sys

from apps.common.metrics.families import Family, Kind

# What the library tells of the interpreter.
_NOT_OURS = ("python_", "process_")
_KINDS = {"counter": Kind.COUNTER, "gauge": Kind.GAUGE}


def library_families() -> list[Family]:
    """All that this process has; none where nothing has loaded the library."""
    if (library := sys.modules.get("prometheus_client")) is None:
        return []
    return [
        Family(
            metric.name + ("_total" if metric.type == "counter" else ""),
            _KINDS[metric.type],
            metric.documentation,
            [(dict(sample.labels), sample.value) for sample in metric.samples if not sample.name.endswith("_created")],
        )
        for metric in library.REGISTRY.collect()
        if metric.type in _KINDS and not metric.name.startswith(_NOT_OURS)
    ]
