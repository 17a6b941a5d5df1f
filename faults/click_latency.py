"""Seconds from a redirect until its click shows on the link's page, under load.

    python -m faults.click_latency

prints one JSON object.
"""

import json
import re
import sys
import time
from dataclasses import asdict, dataclass, field
from http.client import HTTPConnection
from typing import TYPE_CHECKING

from faults.links import Links
from faults.stage import Stage, open_stage
from faults.traffic import failures, traffic

if TYPE_CHECKING:
    from apps.links.models import Link

CLICKS = 60
LOAD_RATE = 100
_PATIENCE = 30.0
_LOOK_EVERY = 0.05
_TOTAL = re.compile(r'data-total="clicks">([\d.,]+)<')
_BROWSER = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"


@dataclass(slots=True)
class Measured:
    """Seconds of each click; `failures` are answers of the load that failed."""

    seconds: list[float] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)


class _Visitor:
    """Clicks on links, and looks at their pages as their owner."""

    def __init__(self, port: int, links: Links) -> None:
        self._port, self._host = port, links.stage.host
        self._session = links.session()

    def click(self, link: "Link") -> None:
        """Returns when the redirect is there."""
        status, _text = self._get(f"/{link.code}", {"User-Agent": _BROWSER})
        if not 300 <= status < 400:
            raise RuntimeError(f"{status} for a link")

    def clicks_shown(self, link: "Link") -> int:
        """What the link's page says of its clicks."""
        status, text = self._get(f"/links/{self._host}/{link.code}/", {"Cookie": f"sessionid={self._session}"})
        found = _TOTAL.search(text)
        if found is None:
            raise RuntimeError(f"a page without clicks: {status}")
        return int(re.sub(r"\D", "", found[1]))

    def _get(self, path: str, headers: dict[str, str]) -> tuple[int, str]:
        connection = HTTPConnection("127.0.0.1", self._port, timeout=_PATIENCE)
        try:
            connection.request("GET", path, headers={"Host": self._host, **headers})
            response = connection.getresponse()
            return response.status, response.read().decode()
        finally:
            connection.close()


def measure(stage: Stage) -> Measured:
    """CLICKS clicks, one after the other, while a load runs."""
    site = stage.add_redirector(with_site=True, own_port=True)
    site.await_start()
    links, measured = Links(stage), Measured()
    visitor = _Visitor(site.port, links)
    watched = [links.make() for _ in range(10)]
    with traffic(stage, links.urls(100), rate=LOAD_RATE) as load:
        for number in range(CLICKS):
            measured.seconds.append(_seconds(visitor, watched[number % len(watched)]))
    measured.failures = failures(load.answers)
    stage.remove(site)
    return measured


def _seconds(visitor: _Visitor, link: "Link") -> float:
    before = visitor.clicks_shown(link)
    visitor.click(link)
    redirected = time.monotonic()
    while visitor.clicks_shown(link) == before:
        if time.monotonic() - redirected > _PATIENCE:
            break
        time.sleep(_LOOK_EVERY)
    return time.monotonic() - redirected


def main() -> None:
    with open_stage() as stage:
        measured = measure(stage)
    sys.stdout.write(json.dumps(asdict(measured)) + "\n")


if __name__ == "__main__":
    main()
