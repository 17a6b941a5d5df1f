"""Figures of the limits."""

from collections.abc import Mapping

from apps.common.metrics.families import Family, counter
from apps.common.ratelimit.limiter import get_limiter
from apps.common.ratelimit.limits import EndpointClass


def rate_limit_families(refused: Mapping[str, int]) -> list[Family]:
    """Requests refused since the process began: `refused`, and those that its limiter for views has counted."""
    by_views = get_limiter().refused
    numbers = {str(name): refused.get(name, 0) + by_views[name] for name in EndpointClass}
    return [counter("rate_limited_total", "Requests refused because their client made too many.", numbers, label="endpoint_class")]
