"""A redirector with links to answer for, on a core of its own."""

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench import _processes, _wrk
from bench._asking import ask_each
from bench._engines import throw_away
from bench._seed import seed
from bench._spool import count_clicks
from tests.ports import free_port

# What a redirector needs for its last click to be in the spool, and for what it does behind answers (s).
SETTLE_SECONDS = 0.5


@dataclass(slots=True)
class Site:
    """Engines with links in them; `asked` counts the redirects that were asked for outside of loads."""

    environment: dict[str, str]
    port: int
    codes: Sequence[str]
    asked: int = 0

    @property
    def host(self) -> str:
        return f"localhost:{self.port}"

    @property
    def folder(self) -> Path:
        return Path(self.environment["VAR_DIR"])

    def script(self, codes: Sequence[str] | None = None, *, in_turn: bool = False, mean_pause_ms: int = 0, name: str = "requests") -> Path:
        """A load of `codes`; of all when none are given."""
        chosen = self.codes if codes is None else codes
        return _wrk.write_script(self.folder, host=self.host, codes=chosen, in_turn=in_turn, mean_pause_ms=mean_pause_ms, name=name)

    def ask_each(self, codes: Sequence[str] | None = None) -> None:
        """Ask for each of `codes` once; of all when none are given."""
        self.asked += ask_each(self.port, self.host, self.codes if codes is None else codes)

    def clicks(self) -> int:
        """Clicks in the spool, when no load runs."""
        time.sleep(SETTLE_SECONDS)
        return count_clicks(Path(self.environment["SPOOL_DIR"]))


@contextmanager
def site(codes: Sequence[str], **settings: str) -> Iterator[Site]:
    """Engines on the load's core, with a link for each code; `settings` go to the redirector's environment."""
    with throw_away() as environment:
        made = Site({**environment, **settings}, free_port(), codes)
        seed(environment, codes, host=made.host)
        yield made


@contextmanager
def redirector(of: Site, *, cores: str = str(_processes.SERVER_CORE)) -> Iterator[int]:
    """A redirector of this site; gives its process id."""
    command = [sys.executable, "manage.py", "redirector", "--bind", f"127.0.0.1:{of.port}"]
    with _processes.running(command, of.environment, cores=cores) as pid:
        yield pid
