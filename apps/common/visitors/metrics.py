"""Counters of enrichment: what could not be told of a click, and why."""

from prometheus_client import Counter

ENRICHMENT_ERRORS = Counter(
    "click_enrichment_errors_total",
    "Look-ups that failed, so that the click was stored with the value unknown.",
    ["part", "reason"],
)
