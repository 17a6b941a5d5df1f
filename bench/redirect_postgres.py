"""Redirects of links that neither the process cache nor Redis has, on one core of the redirector.

PostgreSQL and Redis run on the load generator's core. Redis is emptied before each round, and no
link is asked for twice in one.
"""

from bench import _misses
from bench._engines import forget_redis
from bench.figures import Figure

GOAL = 1_500


def run() -> list[Figure]:
    """Five rounds; the rate is the median of the rounds'."""
    return _misses.measure("redirect_postgres", GOAL, before_round=forget_redis)
