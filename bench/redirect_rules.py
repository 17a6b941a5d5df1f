"""The redirect of a link with five rules, of which the last fits, against a link without, in one run.

One process answers both kinds; rounds of both take turns.
"""

import sys
import urllib.error
import urllib.request
from statistics import median

from bench import _processes, _redirector, _rules, _wrk
from bench._seed import random_codes
from bench._spool import click_figures
from bench.figures import Figure

ROUNDS = 5
SECONDS = 4
LINKS = 1000
GOAL = 0.50


def run() -> list[Figure]:
    """Five rounds; the ratio is the median of the rounds' ratios."""
    _processes.require()
    codes = random_codes(LINKS)
    plain, routed = codes[: LINKS // 2], codes[LINKS // 2 :]
    with _redirector.site(codes) as site:
        _rules.add(site.environment, routed)
        scripts = site.script(plain, name="plain"), site.script(routed, name="routed")
        with _redirector.redirector(site):
            site.ask_each()
            _check_destination(site, routed[0])
            rounds = [tuple(_wrk.run(script, port=site.port, seconds=SECONDS) for script in scripts) for _ in range(ROUNDS)]
        spooled = site.clicks()
    without, with_rules = [loads[0] for loads in rounds], [loads[1] for loads in rounds]
    accepted = site.asked + sum(load.completed for load in [*without, *with_rules])
    return [
        Figure.at_least("redirect_rules", median(b.per_second / a.per_second for a, b in rounds), "of_without", GOAL),
        Figure.told("redirect_rules_rate", median(load.per_second for load in with_rules), "per_second"),
        Figure.told("redirect_rules_without_rate", median(load.per_second for load in without), "per_second"),
        Figure.told("redirect_rules_p99", median(load.p99_ms for load in with_rules), "ms"),
        *click_figures("redirect_rules", accepted=accepted, spooled=spooled, under_way=2 * ROUNDS * _wrk.CONNECTIONS),
        Figure.at_most("redirect_rules_failed", sum(load.failed for load in [*without, *with_rules]), "answers", 0),
    ]


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_arguments: object) -> None:
        return None


def _check_destination(site: _redirector.Site, code: str) -> None:
    """End the run unless the load's browser goes where the last rule says."""
    request = urllib.request.Request(f"http://127.0.0.1:{site.port}/{code}", headers={"Host": site.host, **dict(_wrk.HEADERS)})
    try:
        urllib.request.build_opener(_Stay).open(request, timeout=5)
    except urllib.error.HTTPError as answer:
        answer.close()
        site.asked += answer.code == 302
        if answer.headers["Location"] == _rules.destination_of(code):
            return
    sys.exit("redirect_rules: the rule that fits does not decide")
