"""One call that takes a URL and gives a short one."""

from typing import Any

import pytest

from apps.links.models import Link
from tests.links.api.program import Api, problem

pytestmark = pytest.mark.django_db

SHORTEN = "/api/v1/shorten"


def test_a_url_becomes_a_short_one(api: Api) -> None:
    answer = api.ask("post", SHORTEN, {"url": "https://example.com/x", "code": "mine"})
    found = answer.json()

    assert answer.status_code == 201
    assert found["short_url"].endswith("/mine")
    assert (found["code"], found["destination_url"]) == ("mine", "https://example.com/x")
    assert Link.objects.get().code == "mine"


def test_a_shell_gets_the_short_url_alone(api: Api) -> None:
    answer = api.ask("post", SHORTEN, {"url": "https://example.com/", "code": "mine"}, Accept="text/plain")

    assert answer["Content-Type"].startswith("text/plain")
    assert answer.content.decode().endswith("/mine\n")
    assert len(answer.content.splitlines()) == 1


@pytest.mark.parametrize("accept", ["application/json", "text/plain"])
@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({}, 400, "url"),
        ({"url": "ftp://example.com/"}, 400, "url"),
        ({"url": "https://example.com/", "code": "a b"}, 400, "code"),
        ({"url": "https://example.com/", "destination_url": "https://example.com/"}, 400, "destination_url"),
    ],
)
def test_what_is_wrong_is_said_as_a_problem(api: Api, accept: str, body: Any, status: int, field: str) -> None:
    found = problem(api.ask("post", SHORTEN, body, Accept=accept))

    assert (found[0], found[2]) == (status, {field})
    assert not Link.objects.exists()


def test_nobody_shortens_without_an_account(api: Api) -> None:
    api.headers = {}

    assert problem(api.ask("post", SHORTEN, {"url": "https://example.com/"}))[0] == 401
