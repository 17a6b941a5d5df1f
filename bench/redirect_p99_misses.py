"""The p99 of hot links while others miss and unknown codes are scanned, against the same without.

Hot links are asked for at a rate well below what the core can do, as visitors do, so that the time
of an answer is not that of a queue. Misses are 5 % of that rate, and so are unknown codes. All load
and the engines share one core; the load that measures goes first there, because what its clock shows
while PostgreSQL has the core is not the redirector's. Where that is not allowed (it takes root), it is
part of what is seen.
"""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median

from bench import _processes, _redirector, _wrk
from bench._seed import random_codes
from bench._spool import click_figures
from bench.figures import Figure

# A machine that others share is at times slow for seconds, so there are many short rounds.
ROUNDS = 11
SECONDS = 3
HOT = 1_000
# More than the cache holds beside the hot ones, and asked for in turn: none is there when asked for.
MISSES = 20_000
SCANNED = 200_000
GOAL = 1.2
# Pauses of 10 ms between a connection's requests: about 6,000 a second, and twice 5 % of it.
HOT_CONNECTIONS, FEW_CONNECTIONS = 64, 4
PAUSE_MS, FEW_PAUSE_MS = 10, 12


def run() -> list[Figure]:
    """Rounds with and without take turns; the ratio is that of the medians."""
    _processes.require()
    codes = random_codes(HOT + MISSES)
    hot, rare = codes[:HOT], codes[HOT:]
    with _redirector.site(codes, LINK_CACHE_SIZE=str(HOT * 2)) as site:
        load = site.script(hot, mean_pause_ms=PAUSE_MS, name="hot")
        others = [
            site.script(rare, in_turn=True, mean_pause_ms=FEW_PAUSE_MS, name="misses"),
            site.script(random_codes(SCANNED, seed=2), in_turn=True, mean_pause_ms=FEW_PAUSE_MS, name="scanned"),
        ]
        with _redirector.redirector(site):
            site.ask_each()
            rounds = [_round(site, load, others) for _ in range(ROUNDS)]
        spooled = site.clicks()
    return _figures(rounds, asked=site.asked, spooled=spooled)


def _round(site: _redirector.Site, load: Path, others: list[Path]) -> list[_wrk.Load]:
    """Hot links alone; then hot ones, misses and scanned ones together."""
    alone = _wrk.run(load, port=site.port, seconds=SECONDS, connections=HOT_CONNECTIONS, goes_first=True)
    with ThreadPoolExecutor() as pool:
        beside = [pool.submit(_wrk.run, other, port=site.port, seconds=SECONDS, connections=FEW_CONNECTIONS) for other in others]
        together = _wrk.run(load, port=site.port, seconds=SECONDS, connections=HOT_CONNECTIONS, goes_first=True)
    return [alone, together, *(future.result() for future in beside)]


def _figures(rounds: list[list[_wrk.Load]], *, asked: int, spooled: int) -> list[Figure]:
    name = "redirect_p99_misses"
    alone, together, misses, scanned = (list(column) for column in zip(*rounds, strict=True))
    with_, without = (median(load.p99_ms for load in loads) for loads in (together, alone))
    redirects = [*alone, *together, *misses]
    return [
        Figure.at_most(name, with_ / without, "of_without", GOAL),
        Figure.told(f"{name}_with", with_, "ms"),
        Figure.told(f"{name}_without", without, "ms"),
        Figure.told(f"{name}_best_with", min(load.p99_ms for load in together), "ms"),
        Figure.told(f"{name}_best_without", min(load.p99_ms for load in alone), "ms"),
        Figure.told(f"{name}_hot_rate", median(load.per_second for load in together), "per_second"),
        Figure.told(f"{name}_miss_rate", median(load.per_second for load in misses), "per_second"),
        Figure.told(f"{name}_scan_rate", median(load.per_second for load in scanned), "per_second"),
        *click_figures(
            name,
            accepted=asked + sum(load.completed for load in redirects),
            spooled=spooled,
            under_way=ROUNDS * (2 * HOT_CONNECTIONS + FEW_CONNECTIONS),
        ),
        Figure.at_most(f"{name}_failed", sum(load.failed for load in redirects), "answers", 0),
    ]
