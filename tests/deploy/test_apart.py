"""The site where it runs apart: gunicorn for the pages, the redirector for short links."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from apps.accounts.models import User
from apps.links import services
from apps.links.domains import ensure_default_domain
from tests.ports import free_port
from tests.redirects.serving import HOST, ROOT, environment, get, wait_for

CODE = "where-to"
DESTINATION = "https://example.com/where?to=here"


@pytest.fixture(autouse=True)
def link(transactional_db: None, settings: Any) -> None:
    owner = User.objects.create_user("owner@example.com", "correct horse")
    settings.SHORT_DOMAIN = HOST
    ensure_default_domain()
    services.create_link(actor=owner, workspace=owner.personal_workspace, destination_url=DESTINATION, code=CODE, now=datetime.now(UTC))


@contextmanager
def serving(port: int, *arguments: str, spool: Path, **variables: str) -> Iterator[None]:
    """The server that `arguments` start on `port`; it must end well when it is told to."""
    env = environment(spool, settings.REDIS_URL) | variables
    with subprocess.Popen([sys.executable, *arguments], cwd=ROOT, env=env, stderr=subprocess.PIPE, text=True) as process:
        try:
            wait_for(lambda: process.poll() is not None or is_up(port), "the first answer", timeout=20)
            yield
        finally:
            process.send_signal(signal.SIGTERM)
            _output, log = process.communicate(timeout=15)
    # uvicorn ends by the signal itself when all is done.
    assert process.returncode in {0, -signal.SIGTERM}, log
    assert "Traceback" not in log, log


def is_up(port: int) -> bool:
    try:
        return get(port, "/healthz").startswith(b"HTTP/1.1 200")
    except ConnectionError:
        return False


def test_gunicorn_serves_the_pages_and_leaves_short_links_alone(tmp_path: Path) -> None:
    port = free_port()
    command = ["-m", "gunicorn", "--config", "deploy/gunicorn.conf.py"]
    with serving(port, *command, spool=tmp_path / "spool", BIND=f"127.0.0.1:{port}", WEB_CONCURRENCY="1"):
        assert b"csrfmiddlewaretoken" in get(port, "/accounts/login/")
        assert b"content-type: text/css" in get(port, "/static/css/base.css").lower()
        assert get(port, f"/{CODE}").startswith(b"HTTP/1.1 404")


def test_a_redirector_without_the_site_sends_its_front_page_there(tmp_path: Path) -> None:
    port = free_port()
    command = ["manage.py", "redirector", "--bind", f"127.0.0.1:{port}"]
    with serving(port, *command, spool=tmp_path / "spool", PUBLIC_URL="http://links.test"):
        assert f"location: {DESTINATION}\r\n".encode() in get(port, f"/{CODE}").lower()
        assert b"location: http://links.test/\r\n" in get(port, "/").lower()
        assert get(port, "/accounts/login/").startswith(b"HTTP/1.1 404")
