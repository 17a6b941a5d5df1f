"""Rate at which a redirector answers when its process cache never has the link."""

import time
from collections.abc import Callable
from statistics import median

from bench import _processes, _redirector, _wrk
from bench._engines import redis_reads
from bench._seed import random_codes
from bench._spool import click_figures
from bench.figures import Figure

ROUNDS = 5
SECONDS = 4
# More than one round can ask for, so that no link is asked for twice in a round.
LINKS = 40_000


def measure(name: str, goal: float, *, before_round: Callable[[dict[str, str]], None]) -> list[Figure]:
    """The redirector remembers one link and is asked for each in turn, so each request is a miss.
    How often Redis had what it was asked for is told as a share of the requests.
    """
    _processes.require()
    rounds: list[_wrk.Load] = []
    used, found = 0.0, 0
    with _redirector.site(random_codes(LINKS), LINK_CACHE_SIZE="1") as site:
        script = site.script(in_turn=True)
        with _redirector.redirector(site) as pid:
            site.ask_each()
            for _ in range(ROUNDS):
                before_round(site.environment)
                found -= redis_reads(site.environment).hits
                used -= _processes.cpu_seconds(pid)
                rounds.append(_wrk.run(script, port=site.port, seconds=SECONDS))
                used += _processes.cpu_seconds(pid)
                time.sleep(_redirector.SETTLE_SECONDS)
                found += redis_reads(site.environment).hits
        spooled = site.clicks()
    completed = sum(load.completed for load in rounds)
    return [
        Figure.at_least(name, median(load.per_second for load in rounds), "per_second", goal),
        Figure.told(f"{name}_per_cpu_second", completed / used, "requests"),
        Figure.told(f"{name}_server_busy", used / (ROUNDS * SECONDS), "of_core"),
        Figure.told(f"{name}_load_busy", sum(load.cost for load in rounds) / (ROUNDS * SECONDS), "of_core"),
        Figure.told(f"{name}_p99", median(load.p99_ms for load in rounds), "ms"),
        Figure.told(f"{name}_redis_hits", found / completed, "of_requests"),
        *click_figures(name, accepted=site.asked + completed, spooled=spooled, under_way=ROUNDS * _wrk.CONNECTIONS),
        Figure.at_most(f"{name}_failed", sum(load.failed for load in rounds), "answers", 0),
    ]
