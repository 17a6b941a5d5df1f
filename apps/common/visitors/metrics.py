"""Counters of enrichment: what could not be told of a click, and why."""

from collections import Counter

from apps.common.metrics.families import Family, Kind

# By part and reason. A plain one: each redirector looks visitors up, and the library would be several MB of its memory.
ENRICHMENT_ERRORS: Counter[tuple[str, str]] = Counter()


def enrichment_families() -> list[Family]:
    """Since the process began."""
    samples = [({"part": part, "reason": reason}, float(number)) for (part, reason), number in list(ENRICHMENT_ERRORS.items())]
    text = "Look-ups that failed, so that the click was stored with the value unknown."
    return [Family("click_enrichment_errors_total", Kind.COUNTER, text, samples)]
