"""Links by REST: made, listed, read, edited, renamed, deleted and restored."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from apps.accounts.models import RateLimitPolicy
from apps.links import services
from apps.links.models import Link
from tests.cast import make_user
from tests.links.api.program import LINKS, Api, address, make, problem
from tests.shared_data import shared_json

pytestmark = pytest.mark.django_db


def test_a_link_is_made_with_all_that_a_link_can_have(api: Api) -> None:
    expires_at = (timezone.now() + timedelta(days=3)).isoformat()
    fields = {"code": "spring26", "title": "Spring", "tags": ["b", "a"], "expires_at": expires_at, "max_clicks": 7, "password": "secret"}
    answer = api.ask("post", LINKS, {"destination_url": "https://example.com/x", "forward_query": True, **fields})
    link = answer.json()

    assert answer["Location"].endswith(address(link))
    assert api.ask("get", address(link)).json() == link
    assert (link["code"], link["title"], link["tags"], link["max_clicks"]) == ("spring26", "Spring", ["a", "b"], 7)
    assert link["short_url"].endswith("/spring26")
    assert (link["has_password"], link["state"], link["version"], link["aliases"]) == (True, "active", 1, [])
    assert "secret" not in answer.content.decode()


@pytest.mark.parametrize(
    ("body", "status", "code", "fields"),
    [
        ({}, 400, "invalid", {"destination_url"}),
        ({"destination_url": "javascript:alert(1)"}, 400, None, {"destination_url"}),
        ({"destination_url": "https://example.com/", "code": "a b"}, 400, None, {"code"}),
        ({"destination_url": "https://example.com/", "domain": "none.example"}, 400, "unknown_domain", {"domain"}),
        ({"destination_url": "https://example.com/", "clicks": 5}, 400, "invalid", {"clicks"}),
        ({"destination_url": "https://example.com/", "tags": "a"}, 400, "invalid", {"tags"}),
        ({"destination_url": "https://example.com/", "expires_at": "2001-01-01T00:00:00Z"}, 400, None, {"expires_at"}),
        ({"destination_url": "https://example.com/", "max_clicks": 10**30}, 400, None, {"max_clicks"}),
        ({"destination_url": "https://example.com/", "redirect_status": 200}, 400, None, {"redirect_status"}),
        ({"destination_url": "https://example.com/", "title": "x" * 500}, 400, None, {"title"}),
        ({"destination_url": "https://example.com/", "utm": {"utm_source": 5, "x": []}}, 400, "invalid", {"utm.x"}),
        ({"destination_url": "https://example.com/", "workspace": "none"}, 400, "invalid", {"workspace"}),
        ([1], 400, "invalid", {""}),
    ],
)
def test_what_is_wrong_is_said_by_field(api: Api, body: Any, status: int, code: str | None, fields: set[str]) -> None:
    found = problem(api.ask("post", LINKS, body))

    assert (found[0], found[2]) == (status, fields)
    assert code in {None, found[1]}
    assert not Link.objects.exists()


def test_a_code_that_is_taken_is_a_conflict(api: Api) -> None:
    make(api, code="mine01")

    assert problem(api.ask("post", LINKS, {"destination_url": "https://example.com/", "code": "mine01"}))[:2] == (409, "code_taken")


def test_as_many_links_are_made_as_the_limit_allows(api: Api) -> None:
    RateLimitPolicy.objects.create(endpoint_class="create", capacity=1, per_seconds=600)
    make(api)
    answer = api.ask("post", LINKS, {"destination_url": "https://example.com/"})

    assert problem(answer)[:2] == (429, "too_many_requests")
    assert int(answer["Retry-After"]) > 0
    assert Link.objects.count() == 1


def test_naughty_texts_are_kept_or_refused(api: Api) -> None:
    for text in shared_json("naughty-strings/blns.json")[::9]:
        answer = api.ask("post", LINKS, {"destination_url": "https://example.com/", "title": text, "tags": [text], "code": text})
        assert answer.status_code in {201, 400, 409}, text


@pytest.mark.parametrize("text", ["\ud800", "a\udfff", "\ude00\ud83d"])
def test_half_a_surrogate_pair_is_refused_before_anything_looks_at_it(api: Api, text: str) -> None:
    for body in ({"destination_url": text}, {"destination_url": "https://example.com/", "title": text}, {text: 1}, [text]):
        assert problem(api.ask("post", LINKS, body))[0] == 400

    assert make(api, title="\U0001f600")["title"] == "\U0001f600"


@pytest.mark.parametrize("body", [b'{"title": "\xed\xa0\x80"}', '{"title": "a"}'.encode("utf-16"), b'{"title": "\xff"}'])
def test_a_body_is_utf_8(api: Api, body: bytes) -> None:
    assert problem(api.client.post(LINKS, body, content_type="application/json", headers=api.headers))[:2] == (400, "parse_error")


def test_pages_of_a_list_show_each_link_once(api: Api) -> None:
    for number in range(7):
        make(api, title=f"number {number}", tags=["odd"] if number % 2 else [])
    seen, path = [], f"{LINKS}?page_size=3"
    while path:
        page = api.ask("get", path).json()
        seen += [link["title"] for link in page["results"]]
        path = page["next"]

    assert seen == [f"number {number}" for number in reversed(range(7))]
    assert page["count"] == 7
    assert len(api.ask("get", f"{LINKS}?tag=ODD").json()["results"]) == 3


@pytest.mark.parametrize("query", ["cursor=x", "order=title", "state=none", "page_size=0", "page_size=9999", "workspace=1", "other=1"])
def test_a_list_that_cannot_be_had_is_an_error(api: Api, query: str) -> None:
    assert problem(api.ask("get", f"{LINKS}?{query}")) == (400, "invalid", {query.partition("=")[0]})


def test_a_list_takes_as_many_queries_for_many_links_as_for_few(api: Api, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    for _number in range(3):
        make(api, tags=["a", "b"])
    with django_assert_num_queries(11):
        assert len(api.ask("get", LINKS).json()["results"]) == 3


def test_an_edit_changes_what_it_says_and_nothing_else(api: Api) -> None:
    link = make(api, title="Old", tags=["a"], max_clicks=5)
    edited = api.ask("patch", address(link), {"title": "New", "max_clicks": None, "is_active": False}).json()

    different = {name for name in link if link[name] != edited[name]}
    assert different == {"title", "max_clicks", "is_active", "state", "version", "updated_at"}
    assert (edited["title"], edited["max_clicks"], edited["state"]) == ("New", None, "disabled")


def test_an_edit_of_what_somebody_else_has_changed_is_refused(api: Api) -> None:
    link = make(api)
    read = api.ask("get", address(link))
    assert api.ask("patch", address(link), {"title": "first"}, **{"If-Match": read["ETag"]}).status_code == 200

    found = problem(api.ask("patch", address(link), {"title": "second"}, **{"If-Match": read["ETag"]}))
    assert found[:2] == (412, "version_conflict")
    assert api.ask("get", address(link)).json()["title"] == "first"
    assert problem(api.ask("patch", address(link), {"title": "x"}, **{"If-Match": "W/x"}))[2] == {"If-Match"}


def test_another_code_keeps_the_old_one(api: Api) -> None:
    link = make(api, code="before")
    renamed = api.ask("put", f"{address(link)}/code", {"code": "after1"}).json()

    assert (renamed["code"], renamed["aliases"]) == ("after1", ["before"])
    assert api.ask("get", address(link)).json()["code"] == "after1"


def test_a_deleted_link_can_be_restored(api: Api) -> None:
    link = make(api)
    assert api.ask("delete", address(link)).status_code == 204
    assert api.ask("get", LINKS).json()["results"] == []
    assert api.ask("get", address(link)).json()["state"] == "deleted"
    assert problem(api.ask("patch", address(link), {"title": "x"}))[1] == "link_deleted"

    assert api.ask("post", f"{address(link)}/restore").json()["state"] == "active"
    assert len(api.ask("get", LINKS).json()["results"]) == 1


def test_a_link_of_others_is_not_there(api: Api) -> None:
    stranger = make_user("bob")
    theirs = services.create_link(
        actor=stranger, workspace=stranger.workspaces.get(), destination_url="https://example.com/", now=timezone.now()
    )
    path = f"{LINKS}/{theirs.domain.hostname}/{theirs.code}"
    answers = [api.ask(method, path, {"title": "x"} if method == "patch" else None) for method in ("get", "patch", "delete")]
    nowhere = [api.ask(method, f"{LINKS}/{theirs.domain.hostname}/none99") for method in ("get", "patch", "delete")]

    assert [problem(answer)[:2] for answer in [*answers, *nowhere]] == [(404, "not_found")] * 6
    assert api.ask("get", f"{LINKS}?workspace={stranger.workspaces.get().public_id}").status_code == 404
