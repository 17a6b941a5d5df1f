"""The redirect of a cached link against nginx's `return 302`, one core each, in one run.

The server under test has core 0 to itself, the load generator core 1. Rounds of both take turns, so
that whatever else the machine does meets both. Every click is looked for in the spool afterwards.
"""

import os
import signal
import socket
import string
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from shutil import which
from statistics import median

from apps.redirects.frames import FILE_HEAD, read_frames
from bench import _wrk
from bench._engines import ROOT, throw_away
from bench.figures import Figure

ROUNDS = 5
SECONDS = 4
LINKS = 1000
SERVER_CORE, LOAD_CORE = 0, 1
GOAL = 0.35

_NGINX = """
daemon off; worker_processes 1; pid %(folder)s/nginx.pid; error_log %(folder)s/nginx.log;
events { worker_connections 1024; }
http {
  access_log off; keepalive_timeout 60; keepalive_requests 1000000000;
  client_body_temp_path %(folder)s/a; proxy_temp_path %(folder)s/b; fastcgi_temp_path %(folder)s/c;
  uwsgi_temp_path %(folder)s/d; scgi_temp_path %(folder)s/e;
  server {
    listen 127.0.0.1:%(port)d;
    location / { add_header cache-control "private, no-store"; return 302 https://example.com/some/long/path$uri?x=1; }
  }
}
"""


def run() -> list[Figure]:
    """Five rounds; the ratio is the median of the rounds' ratios."""
    _check_tools()
    with throw_away() as environment:
        folder = Path(environment["VAR_DIR"])
        port, nginx_port = _free_port(), _free_port()
        codes = _seed(environment, host=f"localhost:{port}")
        script = _wrk.write_script(folder, host=f"localhost:{port}", codes=codes)
        with _nginx(folder, nginx_port), _redirector(environment, port):
            asked = _warm_up(port, codes)
            rounds = []
            for _ in range(ROUNDS):
                reference = _wrk.run(script, port=nginx_port, seconds=SECONDS, core=LOAD_CORE)
                rounds.append((reference, _wrk.run(script, port=port, seconds=SECONDS, core=LOAD_CORE)))
            time.sleep(0.5)
        spooled = _spooled(Path(environment["SPOOL_DIR"]))
    return _figures(rounds, asked=asked, spooled=spooled)


def _figures(rounds: list[tuple[_wrk.Load, _wrk.Load]], *, asked: int, spooled: int) -> list[Figure]:
    ours = [load for _, load in rounds]
    accepted = asked + sum(load.completed for load in ours)
    # Requests under way when a round ends are spooled and not counted by the load generator.
    surplus = spooled - accepted
    return [
        Figure.at_least("redirect_hot", median(load.per_second / nginx.per_second for nginx, load in rounds), "of_nginx", GOAL),
        Figure.told("redirect_hot_rate", median(load.per_second for load in ours), "per_second"),
        Figure.told("redirect_hot_nginx_rate", median(nginx.per_second for nginx, _ in rounds), "per_second"),
        Figure.told("redirect_hot_p99", median(load.p99_ms for load in ours), "ms"),
        Figure.told("redirect_hot_clicks", spooled, "clicks"),
        Figure.at_most("redirect_hot_clicks_missing", max(-surplus, 0), "clicks", 0),
        Figure.at_most("redirect_hot_clicks_surplus", max(surplus, 0), "clicks", ROUNDS * _wrk.CONNECTIONS),
        Figure.at_most("redirect_hot_failed", sum(load.failed for load in ours), "answers", 0),
    ]


def _check_tools() -> None:
    if missing := [name for name in ("nginx", "wrk", "taskset") if which(name) is None]:
        sys.exit(f"redirect_hot needs {', '.join(missing)}: apt-get install nginx-light wrk util-linux")
    if (os.cpu_count() or 1) < 2:
        sys.exit("redirect_hot needs two cores: one for the server, one for the load")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _seed(environment: dict[str, str], *, host: str) -> list[str]:
    random = Random(1)  # noqa: S311 - the same links in each run
    codes = sorted({"".join(random.choices(string.ascii_letters + string.digits, k=7)) for _ in range(LINKS)})
    os.environ.update(environment)
    import django  # noqa: PLC0415 - settings read the environment of the engines

    django.setup()
    from apps.accounts.models import User, Workspace  # noqa: PLC0415
    from apps.links.models import Domain, Link  # noqa: PLC0415

    domain, _ = Domain.objects.update_or_create(is_default=True, defaults={"hostname": host})
    owner = User.objects.create_user("bench@example.com", "correct horse battery staple")
    workspace = Workspace.objects.get(personal_for=owner)
    Link.objects.bulk_create(
        Link(domain=domain, code=code, destination_url=f"https://example.com/some/long/path/{code}?x=1", workspace=workspace, owner=owner)
        for code in codes
    )
    return codes


@contextmanager
def _running(command: list[str], environment: dict[str, str] | None = None) -> Iterator[None]:
    process = subprocess.Popen(["taskset", "-c", str(SERVER_CORE), *command], cwd=ROOT, env=environment)  # noqa: S603, S607 - ours, looked for above
    try:
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(15)


@contextmanager
def _nginx(folder: Path, port: int) -> Iterator[None]:
    config = folder / "nginx.conf"
    config.write_text(_NGINX % {"folder": folder, "port": port}, encoding="ascii")
    with _running(["nginx", "-e", str(folder / "nginx.log"), "-c", str(config)]):
        yield


@contextmanager
def _redirector(environment: dict[str, str], port: int) -> Iterator[None]:
    with _running([sys.executable, "manage.py", "redirector", "--bind", f"127.0.0.1:{port}"], environment):
        yield


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_arguments: object) -> None:
        return None


def _warm_up(port: int, codes: list[str]) -> int:
    """Ask for each link once; gives the number of redirects."""
    deadline = time.monotonic() + 30
    while True:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                break
        if time.monotonic() > deadline:
            sys.exit("redirect_hot: the redirector did not start")
        time.sleep(0.1)
    opener = urllib.request.build_opener(_Stay)
    answered = 0
    for code in codes:
        try:
            opener.open(f"http://localhost:{port}/{code}", timeout=5)
        except urllib.error.HTTPError as answer:
            answered += answer.code == 302
            answer.close()
    return answered


def _spooled(directory: Path) -> int:
    """Clicks in the spool; their numbers must be without gaps."""
    count = 0
    for path in sorted(directory.glob("*.spool")):
        for frame in read_frames(path.read_bytes(), FILE_HEAD.size):
            count += 1
            if frame.sequence != count:
                sys.exit(f"redirect_hot: click {count} is missing in {path.name}")
    return count
