"""Two redirector processes on two cores against one on one core, with hot links.

The load generator runs on the second core in either case, so two processes share one core with it.
What it costs is told, and the cost of a redirect in processor time: where that stays the same, two
processes do twice the work on cores of their own.
"""

from contextlib import ExitStack
from statistics import median

from bench import _processes, _redirector, _wrk
from bench._seed import random_codes
from bench._spool import click_figures
from bench.figures import Figure

ROUNDS = 5
SECONDS = 4
LINKS = 1_000
# Enough connections that the kernel gives either process its share.
CONNECTIONS = 128


def run() -> list[Figure]:
    """Rounds of one and of two take turns, each with new processes."""
    _processes.require()
    with _redirector.site(random_codes(LINKS)) as site:
        rounds = [(_round(site, [0]), _round(site, [0, 1])) for _ in range(ROUNDS)]
        spooled = site.clicks()
    return _figures(rounds, asked=site.asked, spooled=spooled)


def _round(site: _redirector.Site, cores: list[int]) -> tuple[_wrk.Load, float]:
    """The load, and the processor time of all processes under it (s)."""
    with ExitStack() as stack:
        pids = [stack.enter_context(_redirector.redirector(site, cores=str(core))) for core in cores]
        # Each process has to learn the links; a connection stays with the process that took it.
        for _ in range(8 * (len(cores) - 1) + 1):
            site.ask_each()
        used = -sum(map(_processes.cpu_seconds, pids))
        load = _wrk.run(site.script(), port=site.port, seconds=SECONDS, connections=CONNECTIONS)
        return load, used + sum(map(_processes.cpu_seconds, pids))


def _figures(rounds: list[tuple[tuple[_wrk.Load, float], tuple[_wrk.Load, float]]], *, asked: int, spooled: int) -> list[Figure]:
    loads = [load for pair in rounds for load, _ in pair]
    completed = sum(load.completed for load in loads)

    def cost(which: int) -> float:
        return sum(pair[which][1] for pair in rounds) / sum(pair[which][0].completed for pair in rounds) * 1e6

    return [
        Figure.told("redirect_scale", median(two.per_second / one.per_second for (one, _), (two, _) in rounds), "times_one"),
        Figure.told("redirect_scale_one_rate", median(one.per_second for (one, _), _ in rounds), "per_second"),
        Figure.told("redirect_scale_two_rate", median(two.per_second for _, (two, _) in rounds), "per_second"),
        Figure.told("redirect_scale_one_cpu", cost(0), "us_per_request"),
        Figure.told("redirect_scale_two_cpu", cost(1), "us_per_request"),
        Figure.told("redirect_scale_load_cpu", sum(load.cost for load in loads) / completed * 1e6, "us_per_request"),
        *click_figures("redirect_scale", accepted=asked + completed, spooled=spooled, under_way=2 * ROUNDS * CONNECTIONS),
        Figure.at_most("redirect_scale_failed", sum(load.failed for load in loads), "answers", 0),
    ]
