"""Redirects of links that the process cache misses and Redis has, on one core of the redirector.

Redis runs on the load generator's core. Each link's first request, before the rounds, puts it into Redis.
"""

from bench import _misses
from bench.figures import Figure

GOAL = 4_000


def run() -> list[Figure]:
    """Five rounds; the rate is the median of the rounds'."""
    return _misses.measure("redirect_redis", GOAL, before_round=lambda _environment: None)
