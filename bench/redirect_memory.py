"""Memory of a redirector process that remembers 100,000 links.

Counted is the whole process (interpreter, libraries, Django, entries): its resident set (RSS), of
which pages shared with other processes are part. PSS, which shares these out, the process before it
knew any link, and what it grew by for each are told beside it. The process serves short domains only.
"""

from bench import _processes, _redirector
from bench._engines import redis_reads
from bench._seed import random_codes
from bench._spool import click_figures
from bench.figures import Figure

LINKS = 100_000
# Known already when the process is looked at first, so that all that it needs is loaded.
FIRST = 100
GOAL_MB = 120


def run() -> list[Figure]:
    """One process reads all links from PostgreSQL; a second one, from Redis, so fast that none expires."""
    _processes.require()
    with _redirector.site(random_codes(LINKS), LINK_CACHE_SIZE=str(LINKS)) as site:
        with _redirector.redirector(site) as pid:
            site.ask_each()
            from_postgres = _processes.memory_mb(pid)
        with _redirector.redirector(site) as pid:
            site.ask_each(site.codes[:FIRST])
            before = _processes.memory_mb(pid)
            site.ask_each(site.codes[FIRST:])
            reads = redis_reads(site.environment)
            # All are remembered at once when nobody has to look for one now.
            site.ask_each()
            read_again = redis_reads(site.environment).hits - reads.hits
            after = _processes.memory_mb(pid)
        spooled = site.clicks()
    return [
        Figure.at_most("redirect_memory", after["Rss"], "MB", GOAL_MB),
        Figure.told("redirect_memory_pss", after["Pss"], "MB"),
        Figure.told("redirect_memory_base", before["Rss"], "MB"),
        Figure.told("redirect_memory_per_link", (after["Rss"] - before["Rss"]) * 1e6 / (LINKS - FIRST), "bytes"),
        Figure.at_most("redirect_memory_read_from_postgres", from_postgres["Rss"], "MB", GOAL_MB),
        Figure.at_most("redirect_memory_read_again", read_again, "links", LINKS / 1000),
        *click_figures("redirect_memory", accepted=site.asked, spooled=spooled, under_way=0),
    ]
