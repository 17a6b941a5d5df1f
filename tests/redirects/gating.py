"""A visitor's browser, as far as gates need one: cookies, forms, no redirects followed."""

import re
from http.client import HTTPConnection, HTTPResponse
from http.cookies import SimpleCookie
from urllib.parse import urlencode

from tests.redirects.serving import HOST

CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"
_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


class Answer:
    """What came back: `status`, headers in lower case, `text`."""

    def __init__(self, response: HTTPResponse) -> None:
        self.status = response.status
        self.headers = {name.lower(): value for name, value in response.getheaders()}
        self.set_cookies = response.headers.get_all("set-cookie") or []
        self.body = response.read()

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def location(self) -> str:
        return self.headers.get("location", "")


class Visitor:
    """Keeps cookies with their paths, as browsers do."""

    def __init__(self, port: int, *, user_agent: str = CHROME, host: str = HOST) -> None:
        self.port = port
        self.host = host
        self.user_agent = user_agent
        self.cookies: dict[str, tuple[str, str]] = {}
        self._token = ""

    def get(self, path: str, *, method: str = "GET", **headers: str) -> Answer:
        return self._ask(method, path, b"", headers)

    def send(self, path: str, fields: dict[str, str] | None = None, *, token: str | None = None, **headers: str) -> Answer:
        """Post the form of the page that was seen last."""
        values = {"csrfmiddlewaretoken": self._token if token is None else token} | (fields or {})
        headers |= {"Content-Type": "application/x-www-form-urlencoded", "Origin": f"http://{self.host}"}
        return self._ask("POST", path, urlencode(values).encode(), headers)

    def _ask(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> Answer:
        sent = {"Host": self.host, "User-Agent": self.user_agent} | {name.replace("_", "-"): value for name, value in headers.items()}
        plain = path.partition("?")[0]
        if kept := [f"{name}={value}" for name, (value, of) in self.cookies.items() if of in ("/", plain) or plain.startswith(f"{of}/")]:
            sent["Cookie"] = "; ".join(kept)
        connection = HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request(method, path, body, sent)
            answer = Answer(connection.getresponse())
        finally:
            connection.close()
        for line in answer.set_cookies:
            for name, morsel in SimpleCookie(line).items():
                self.cookies[name] = (morsel.value, morsel["path"])
        if found := _TOKEN.search(answer.body.decode(errors="replace")):
            self._token = found[1]
        return answer
