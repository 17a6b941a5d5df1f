"""A program that uses the REST API, and what its tests ask again and again."""

from typing import Any

from django.test import Client
from django.utils import timezone

from apps.accounts.models import User
from apps.accounts.tokens import families

LINKS = "/api/v1/links"


class Api:
    """A program with an access token of `user`."""

    def __init__(self, user: User) -> None:
        self.client = Client()
        tokens = families.issue(user, families.Client("192.0.2.1", "test"), now=timezone.now())
        self.headers = {"Authorization": f"Bearer {tokens.access}"}

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        data = {} if body is None else {"data": body, "content_type": "application/json"}
        return getattr(self.client, method)(path, headers={**self.headers, **headers}, **data)


def make(api: Api, **fields: Any) -> dict[str, Any]:
    answer = api.ask("post", LINKS, {"destination_url": "https://example.com/", **fields})
    assert answer.status_code == 201, answer.content
    found: dict[str, Any] = answer.json()
    return found


def address(link: dict[str, Any]) -> str:
    return f"{LINKS}/{link['domain']}/{link['code']}"


def problem(answer: Any) -> tuple[int, str, set[str]]:
    assert answer["Content-Type"] == "application/problem+json"
    return answer.status_code, answer.json()["code"], {error["field"] for error in answer.json().get("errors", [])}
