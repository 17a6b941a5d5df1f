"""Many links by one call: what can be done is, and each item says what became of it."""

from typing import Any

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from apps.accounts.api_keys import services as api_keys
from apps.accounts.models import AuditLog, Membership, RateLimitPolicy, Role
from apps.events.models import OutboxEvent
from apps.links.bulk.limits import MAX_LINKS, MAX_PASSWORDS
from apps.links.models import Domain, Link
from tests.cast import make_user
from tests.links.api.program import LINKS, Api, address, make, problem

pytestmark = pytest.mark.django_db

BULK = f"{LINKS}/bulk"
URL = "https://example.com/"


def told(answer: Any) -> list[tuple[int, str | None]]:
    assert answer.status_code == 200, answer.content
    return [(result["status"], result.get("code")) for result in answer.json()["results"]]


def test_links_are_made_and_each_wrong_item_says_why_it_is_not(api: Api) -> None:
    make(api, code="mine01")
    items = [
        {"destination_url": URL, "code": "one", "title": "One", "tags": ["b", "A"], "max_clicks": 5},
        {"destination_url": "javascript:alert(1)"},
        {"destination_url": URL, "code": "mine01"},
        {"destination_url": URL, "code": "one"},
        {"destination_url": URL, "domain": "none.example"},
        {"destination_url": URL, "clicks": 5},
        {"destination_url": URL, "code": "admin"},
        {"destination_url": URL, "expires_at": "2001-01-01T00:00:00Z"},
        "a link",
        {"destination_url": f"{URL}last"},
    ]
    answer = api.ask("post", BULK, {"links": items})
    results = answer.json()["results"]

    statuses = [status for status, _code in told(answer)]
    assert statuses == [201, 400, 409, 409, 400, 400, 400, 400, 400, 201]
    assert [result["code"] for result in results[2:5]] == ["code_taken", "code_taken", "unknown_domain"]
    assert [results[place]["errors"][0]["field"] for place in (1, 2, 4, 5, 6)] == ["destination_url", "code", "domain", "clicks", "code"]
    assert (answer.json()["done"], answer.json()["failed"]) == (2, 8)
    assert Link.objects.count() == 3
    first = results[0]["link"]
    assert (first["code"], first["title"], first["tags"], first["max_clicks"]) == ("one", "One", ["A", "b"], 5)
    assert api.ask("get", address(results[9]["link"])).json()["destination_url"] == f"{URL}last"


def test_links_made_together_are_announced_and_logged_as_single_ones_are(api: Api) -> None:
    answer = api.ask("post", BULK, {"links": [{"destination_url": URL}, {"destination_url": URL, "tags": ["a"]}]})
    assert told(answer) == [(201, None)] * 2

    keys = {str(pk) for pk in Link.objects.values_list("pk", flat=True)}
    assert set(OutboxEvent.objects.filter(topic="url_created_events").values_list("key", flat=True)) == keys
    assert AuditLog.objects.filter(action="link.created").count() == 2
    assert [link["tags"] for link in api.ask("get", f"{LINKS}?order=created_at").json()["results"]] in ([[], ["a"]], [["a"], []])


def test_as_many_queries_make_many_links_as_few(api: Api, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    items = [{"destination_url": f"{URL}{number}", "code": f"many-{number}", "tags": ["a", f"t{number}"]} for number in range(40)]
    for some in (items[:2], items[2:]):
        with django_assert_num_queries(26):
            assert told(api.ask("post", BULK, {"links": some})) == [(201, None)] * len(some)


@pytest.mark.parametrize("links", [None, [], {}, "x", [{}] * (MAX_LINKS + 1)])
def test_a_call_without_links_or_with_too_many_is_an_error(api: Api, links: Any) -> None:
    assert problem(api.ask("post", BULK, {} if links is None else {"links": links})) == (400, "invalid", {"links"})


def test_links_count_against_the_limit_of_links_made(api: Api) -> None:
    RateLimitPolicy.objects.create(endpoint_class="create", capacity=3, per_seconds=600)

    assert problem(api.ask("post", BULK, {"links": [{"destination_url": URL}] * 4}))[:2] == (429, "too_many_requests")
    assert told(api.ask("post", BULK, {"links": [{"destination_url": URL}] * 3})) == [(201, None)] * 3


def test_passwords_take_long_to_hash_so_one_call_sets_few_of_them(api: Api) -> None:
    items = [{"destination_url": URL, "password": "open sesame"}] * (MAX_PASSWORDS + 1)
    results = told(api.ask("post", BULK, {"links": [*items, {"destination_url": URL}]}))

    assert results == [*[(201, None)] * MAX_PASSWORDS, (400, "too_many_passwords"), (201, None)]
    assert Link.objects.exclude(password_hash="").count() == MAX_PASSWORDS


def test_links_are_changed_and_those_that_cannot_be_stay(api: Api) -> None:
    codes = [make(api, code=f"link-{number}", title="Old")["code"] for number in range(3)]
    items = [
        {"code": codes[0], "title": "New", "is_active": False},
        {"code": codes[1], "title": "x" * 500},
        {"code": codes[0], "title": "Twice"},
        {"code": "nothing", "title": "New"},
        {"code": codes[2], "destination_url": "https://example.com/new"},
    ]
    answer = api.ask("patch", BULK, {"links": items})

    assert told(answer)[2:4] == [(400, "named_twice"), (404, "not_found")]
    assert [status for status, _code in told(answer)] == [200, 400, 400, 404, 200]
    assert list(Link.objects.order_by("code").values_list("title", "is_active")) == [("New", False), ("Old", True), ("Old", True)]
    assert Link.objects.get(code=codes[2]).destination_url == "https://example.com/new"


def test_links_are_deleted_by_a_code_that_they_had_before_too(api: Api) -> None:
    link = make(api, code="before")
    api.ask("put", f"{address(link)}/code", {"code": "after"})
    make(api, code="other")
    answer = api.ask("post", f"{BULK}/delete", {"links": [{"code": "before"}, {"domain": "none.example", "code": "x"}, {}]})

    assert told(answer) == [(200, None), (404, "not_found"), (400, "invalid")]
    assert answer.json()["results"][0]["link"]["state"] == "deleted"
    assert list(Link.objects.filter(deleted_at=None).values_list("code", flat=True)) == ["other"]


def test_links_of_others_are_as_if_they_were_not_there(api: Api) -> None:
    bob = make_user("bob")
    theirs = make(Api(bob), code="theirs")

    assert told(api.ask("patch", BULK, {"links": [{"code": theirs["code"], "title": "Mine"}]})) == [(404, "not_found")]
    assert told(api.ask("post", f"{BULK}/delete", {"links": [{"code": theirs["code"]}]})) == [(404, "not_found")]
    body = {"links": [{"destination_url": URL}], "workspace": str(bob.personal_workspace.public_id)}
    assert problem(api.ask("post", BULK, body))[:2] == (404, "not_found")
    assert Link.objects.get().title == ""


def test_a_viewer_learns_that_its_role_does_not_allow_it(api: Api) -> None:
    bob = make_user("bob")
    link = make(Api(bob), code="shared")
    Membership.objects.create(workspace=bob.personal_workspace, user=make_user("vic"), role=Role.VIEWER)
    vic = Api(Membership.objects.get(role=Role.VIEWER).user)

    assert told(vic.ask("patch", BULK, {"links": [{"code": link["code"], "title": "Mine"}]})) == [(403, "permission_denied")]
    body = {"links": [{"destination_url": URL}], "workspace": str(bob.personal_workspace.public_id)}
    assert problem(vic.ask("post", BULK, body))[:2] == (403, "permission_denied")


def test_a_key_of_one_domain_makes_and_finds_links_there_alone(api: Api) -> None:
    ann = make_user("ann2")
    here = make(Api(ann), code="default")
    domain = Domain.objects.create(
        hostname="go.example.org", workspace=ann.personal_workspace, verification_token="x", verified_at=timezone.now()
    )
    _key, text = api_keys.create_key(
        actor=ann, workspace=ann.personal_workspace, name="x", scope_names=["links:write"], hostname=domain.hostname, now=timezone.now()
    )
    program = Api(ann)
    program.headers = {"Authorization": f"Bearer {text}"}
    items = [{"destination_url": URL}, {"destination_url": URL, "domain": here["domain"]}]

    assert told(program.ask("post", BULK, {"links": items})) == [(201, None), (400, "unknown_domain")]
    assert Link.objects.exclude(code="default").get().domain == domain
    assert told(program.ask("post", f"{BULK}/delete", {"links": [{"code": "default"}]})) == [(404, "not_found")]
