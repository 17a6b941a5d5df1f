"""manage.py update_referrer_spam"""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

LISTS = {"/good": b"# spam\nspam.example\nbad.example\n", "/empty": b"# none\n", "/page": b"<html>gone</html>\n"}


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """Where LISTS are."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.path in LISTS else 404)
            self.end_headers()
            self.wfile.write(LISTS.get(self.path, b""))

        def log_message(self, *_args: Any) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as http:
        thread = threading.Thread(target=http.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{http.server_port}"
        http.shutdown()
        thread.join()


def test_a_new_list_takes_the_place_of_the_old_one(server: str, settings: Any, tmp_path: Path) -> None:
    settings.REFERRER_SPAM_PATH = str(tmp_path / "list")
    out = StringIO()

    call_command("update_referrer_spam", f"{server}/good", stdout=out)

    assert (tmp_path / "list").read_bytes() == LISTS["/good"]
    assert out.getvalue().startswith("2 hosts")
    assert [path.name for path in tmp_path.iterdir()] == ["list"]


@pytest.mark.parametrize("path", ["/empty", "/page", "/absent"])
def test_what_is_no_list_leaves_the_old_one(server: str, settings: Any, tmp_path: Path, path: str) -> None:
    settings.REFERRER_SPAM_PATH = str(tmp_path / "list")
    (tmp_path / "list").write_bytes(b"old.example\n")

    with pytest.raises(CommandError, match="stays as it was"):
        call_command("update_referrer_spam", f"{server}{path}")

    assert (tmp_path / "list").read_bytes() == b"old.example\n"


def test_only_the_web_is_asked() -> None:
    with pytest.raises(CommandError, match="https://"):
        call_command("update_referrer_spam", "file:///etc/passwd")
