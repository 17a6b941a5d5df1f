"""gunicorn with one worker on the server's core, and a program with an API key that asks it over HTTP."""

import http.client
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from bench._engines import throw_away
from bench._processes import ROOT, running
from bench._seed import seed
from tests.ports import free_port

_STARTS_WITHIN = 30.0
# Limits are not what is measured.
_NO_LIMITS = {"RATE_LIMIT_API": "1000000/10", "RATE_LIMIT_CREATE": "1000000/10"}


@dataclass(frozen=True, slots=True)
class Web:
    port: int
    key: str

    def connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)

    def ask(self, connection: http.client.HTTPConnection, method: str, path: str, body: Any = None) -> tuple[int, bytes]:
        """Status and body of the answer."""
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json", "Host": f"localhost:{self.port}"}
        connection.request(method, path, None if body is None else json.dumps(body), headers)
        answer = connection.getresponse()
        return answer.status, answer.read()


@contextmanager
def web() -> Iterator[Web]:
    """The engines share the core of the load. The key may do everything in the workspace of the owner of the links that are seeded."""
    with throw_away() as engines:
        port = free_port()
        environment = {**engines, **_NO_LIMITS, "BIND": f"127.0.0.1:{port}", "WEB_CONCURRENCY": "1", "LOG_LEVEL": "ERROR"}
        seed(environment, ["first"], host=f"localhost:{port}")
        made = subprocess.run(
            [sys.executable, "-m", "bench._web"], env=environment, cwd=ROOT, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        found = Web(port, made.stdout.decode().split()[-1])
        with running([sys.executable, "-m", "gunicorn", "--config", "deploy/gunicorn.conf.py"], environment):
            _wait(found)
            yield found


def _wait(found: Web) -> None:
    deadline = time.monotonic() + _STARTS_WITHIN
    while True:
        try:
            status, body = found.ask(found.connect(), "GET", "/api/v1/links")
        except OSError:
            if time.monotonic() > deadline:
                sys.exit("bench: the server did not start")
            time.sleep(0.1)
        else:
            if status != 200:
                sys.exit(f"bench: the server answers {status}: {body!r}")
            return


def _make_key() -> None:
    import django  # noqa: PLC0415 - only here are the engines' settings in the environment

    django.setup()
    from django.utils import timezone  # noqa: PLC0415

    from apps.accounts.api_keys.services import create_key  # noqa: PLC0415 - models need the settings
    from apps.accounts.models import User  # noqa: PLC0415

    owner = User.objects.get(email="bench@example.com")
    _key, text = create_key(actor=owner, workspace=owner.personal_workspace, name="bench", scope_names=["admin"], now=timezone.now())
    print(text)  # noqa: T201


if __name__ == "__main__":
    _make_key()
