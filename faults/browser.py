"""Somebody with a browser: cookies, and the forms of pages. Follows no redirect."""

import re
from http.client import HTTPConnection
from typing import NamedTuple
from urllib.parse import urlencode

_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


class Page(NamedTuple):
    status: int
    text: str


class Browser:
    """One visitor of one process."""

    def __init__(self, port: int, host: str) -> None:
        self._port, self._host = port, host
        self._cookies: dict[str, str] = {}
        self._token = ""

    def get(self, path: str) -> Page:
        """A page. Raises OSError when there is no answer."""
        return self._ask("GET", path, b"")

    def send(self, path: str, **fields: str) -> Page:
        """Fill in the form that was seen last and send it to `path`. Raises OSError."""
        return self._ask("POST", path, urlencode(fields | {"csrfmiddlewaretoken": self._token}).encode())

    def _ask(self, method: str, path: str, body: bytes) -> Page:
        headers = {"Host": self._host, "Origin": f"http://{self._host}", "Content-Type": "application/x-www-form-urlencoded"}
        headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        connection = HTTPConnection("127.0.0.1", self._port, timeout=20)
        try:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            text = response.read().decode(errors="replace")
        finally:
            connection.close()
        for cookie in response.headers.get_all("set-cookie") or []:
            name, _, value = cookie.partition(";")[0].partition("=")
            self._cookies[name] = value
        if found := _TOKEN.search(text):
            self._token = found[1]
        return Page(response.status, text)
