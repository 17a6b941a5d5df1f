"""Redis is killed, and comes back with its data. Then once more, while somebody asks for too much."""

import secrets
import time
from http import HTTPStatus

from faults.browser import Browser
from faults.connections import watched_connections
from faults.engines import REDIS
from faults.links import PASSWORD, Links
from faults.oracle import judge_clicks
from faults.report import Report
from faults.rows import FRESH_WITHOUT_REDIS, failed_redis_calls, judge_breakers, judge_redirects, mixed_play
from faults.scale import Scale
from faults.servers import Redirector
from faults.stage import Stage
from faults.traffic import recovered_after

P99_MS = 100.0
RECOVERS_WITHIN = 5.0
# What one redirector may have: its pool for links, and one of its pages.
CONNECTIONS = 5
# Limits of the process that is asked for too much: redirects, tries of a link's password, of a log-in.
REDIRECTS, PASSWORDS, LOG_INS = 30, 3, 5
LOG_IN = "/accounts/login/"
# What a page says to who has guessed wrong.
_WRONG = "do not belong together"


def run(stage: Stage, scale: Scale, report: Report) -> None:
    _play(stage, scale, report)
    report.tell("", "asked for too much:")
    _ask_for_too_much(stage, report)


def _play(stage: Stage, scale: Scale, report: Report) -> None:
    with mixed_play(stage, scale) as play:
        failed_before = failed_redis_calls(stage)
        with watched_connections(stage) as connections:
            stage.engines.kill(REDIS)
            time.sleep(scale.fault)
            failed = failed_redis_calls(stage) - failed_before
        stage.engines.start(REDIS)
        play.ended = time.monotonic()
    answers = play.load.between(play.began, play.ended + scale.recovery)
    judge_redirects(report, play, answers, scale, p99=P99_MS, stale=FRESH_WITHOUT_REDIS)
    report.none("writes failed", play.writer.errors)
    report.at_most("last failure after return", recovered_after(play.answers, play.ended), scale.seconds(RECOVERS_WITHIN), "s")
    report.at_most("connections to PostgreSQL", connections.most, CONNECTIONS * len(stage.redirectors))
    judge_breakers(stage, report, failed)
    judge_clicks(report, play.answers)


def _ask_for_too_much(stage: Stage, report: Report) -> None:
    limits = {"RATE_LIMIT_REDIRECT": f"{REDIRECTS}/3600", "RATE_LIMIT_PASSWORD": f"{PASSWORDS}/3600"}
    site = stage.add_redirector(own_port=True, with_site=True, settings=limits)
    stage.await_redirectors()
    links, other = Links(stage), Links(stage)
    open_link, locked = links.make(), links.make(password=secrets.token_hex(8))
    stage.engines.kill(REDIS)
    _guess_passwords(site, stage, report, locked.code)
    _ask_for_redirects(site, stage, report, open_link.code)
    _guess_log_ins(site, stage, report, guessed=links.owner.email, other=other.owner.email)
    stage.engines.start(REDIS)
    stage.remove(site)


def _ask_for_redirects(site: Redirector, stage: Stage, report: Report, code: str) -> None:
    seen = [Browser(site.port, stage.host).get(f"/{code}").status for _ in range(2 * REDIRECTS)]
    # Pages of the locked link have cost some.
    report.at_least("redirects", seen.count(HTTPStatus.FOUND), REDIRECTS // 2)
    report.at_most("of a limit", seen.count(HTTPStatus.FOUND), REDIRECTS)
    report.none("neither redirect nor 429", {str(status) for status in seen} - {"302", "429"})


def _guess_passwords(site: Redirector, stage: Stage, report: Report, code: str) -> None:
    visitor = Browser(site.port, stage.host)
    visitor.get(f"/{code}")
    seen = [visitor.send(f"/{code}", password=f"guess {number}").status for number in range(2 * PASSWORDS)]
    report.at_least("passwords tried", seen.count(HTTPStatus.FORBIDDEN), PASSWORDS)
    report.at_most("of a limit", seen.count(HTTPStatus.FORBIDDEN), PASSWORDS)
    report.none("neither wrong nor 429", {str(status) for status in seen} - {"403", "429"})


def _guess_log_ins(site: Redirector, stage: Stage, report: Report, *, guessed: str, other: str) -> None:
    """Nobody gets more tries than with Redis: after them even the right password is refused, in the words for a
    wrong one. Others log in meanwhile."""
    visitor = Browser(site.port, stage.host)
    visitor.get(LOG_IN)
    seen = [visitor.send(LOG_IN, login=guessed, password=f"guess {number}") for number in range(LOG_INS)]
    seen.append(visitor.send(LOG_IN, login=guessed, password=PASSWORD))
    report.none(
        "log-ins after too many tries", {str(page.status) for page in seen if page.status != HTTPStatus.OK or _WRONG not in page.text}
    )
    somebody = Browser(site.port, stage.host)
    somebody.get(LOG_IN)
    report.at_least("others logged in", int(somebody.send(LOG_IN, login=other, password=PASSWORD).status == HTTPStatus.FOUND), 1)
