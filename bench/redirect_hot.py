"""The redirect of a cached link against nginx's `return 302`, one core each, in one run.

The server under test has core 0 to itself, the load generator core 1. Rounds of both take turns, so
that whatever else the machine does meets both. Every click is looked for in the spool afterwards.
"""

from statistics import median

from bench import _processes, _redirector, _wrk
from bench._nginx import nginx
from bench._seed import random_codes
from bench._spool import click_figures
from bench.figures import Figure
from tests.ports import free_port

ROUNDS = 5
SECONDS = 4
LINKS = 1000
GOAL = 0.50


def run() -> list[Figure]:
    """Five rounds; the ratio is the median of the rounds' ratios."""
    _processes.require("nginx")
    rounds = []
    with _redirector.site(random_codes(LINKS)) as site:
        script, nginx_port = site.script(), free_port()
        with nginx(site.folder, nginx_port), _redirector.redirector(site) as pid:
            site.ask_each()
            used = -_processes.cpu_seconds(pid)
            for _ in range(ROUNDS):
                reference = _wrk.run(script, port=nginx_port, seconds=SECONDS)
                rounds.append((reference, _wrk.run(script, port=site.port, seconds=SECONDS)))
            used += _processes.cpu_seconds(pid)
        spooled = site.clicks()
    return _figures(rounds, used=used, asked=site.asked, spooled=spooled)


def _figures(rounds: list[tuple[_wrk.Load, _wrk.Load]], *, used: float, asked: int, spooled: int) -> list[Figure]:
    ours = [load for _, load in rounds]
    completed = sum(load.completed for load in ours)
    return [
        Figure.at_least("redirect_hot", median(load.per_second / nginx.per_second for nginx, load in rounds), "of_nginx", GOAL),
        Figure.told("redirect_hot_rate", median(load.per_second for load in ours), "per_second"),
        Figure.told("redirect_hot_nginx_rate", median(nginx.per_second for nginx, _ in rounds), "per_second"),
        Figure.told("redirect_hot_cpu", used / completed * 1e6, "us_per_request"),
        Figure.told("redirect_hot_p99", median(load.p99_ms for load in ours), "ms"),
        *click_figures("redirect_hot", accepted=asked + completed, spooled=spooled, under_way=ROUNDS * _wrk.CONNECTIONS),
        Figure.at_most("redirect_hot_failed", sum(load.failed for load in ours), "answers", 0),
    ]
