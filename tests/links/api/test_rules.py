"""Redirect rules by REST."""

from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from apps.links.models import RedirectRule
from tests.cast import make_user
from tests.links.api.program import Api, address, make, problem

pytestmark = pytest.mark.django_db

PHONE = {
    "priority": 1,
    "conditions": [{"kind": "device", "values": ["mobile"]}],
    "destination_url": "https://example.com/phone",
    "weight": 1,
}
ALL = {"priority": 2, "conditions": [], "destination_url": "https://example.com/all", "weight": 3}


def rules_at(link: dict[str, Any]) -> str:
    return f"{address(link)}/rules"


def test_rules_are_replaced_and_read(api: Api, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    link = make(api)
    answer = api.ask("put", rules_at(link), {"rules": [ALL, PHONE]})

    assert answer.json() == {"rules": [PHONE, ALL]}
    assert answer["ETag"] == '"2"'
    with django_assert_num_queries(13):
        assert api.ask("get", rules_at(link)).json() == answer.json()
    assert api.ask("get", address(link)).json()["has_rules"] is True
    assert api.ask("put", rules_at(link), {"rules": []}).json() == {"rules": []}
    assert not RedirectRule.objects.exists()


@pytest.mark.parametrize(
    "rules",
    [
        [{**ALL, "priority": -1}],
        [{**ALL, "priority": 10**30}],
        [{**ALL, "weight": 0}],
        [{**ALL, "destination_url": "javascript:alert(1)"}],
        [{**ALL, "conditions": [{"kind": "moon"}]}],
        [{**ALL, "conditions": ["x"]}],
        [{**ALL, "conditions": [{"kind": "device", "values": ["\0"]}]}],
        [{**ALL, "conditions": [{"kind": "query", "name": "\0", "values": []}]}],
        [{**ALL, "other": 1}],
        [ALL] * 51,
        ["x"],
        {"a": 1},
        None,
    ],
)
def test_rules_that_cannot_be_are_refused_and_the_old_ones_stay(api: Api, rules: Any) -> None:
    link = make(api)
    api.ask("put", rules_at(link), {"rules": [ALL]})
    status, _code, fields = problem(api.ask("put", rules_at(link), {"rules": rules}))

    assert status == 400
    assert all(field.startswith("rules") for field in fields)
    assert fields
    assert api.ask("get", rules_at(link)).json() == {"rules": [ALL]}


def test_an_edit_of_what_has_changed_meanwhile_is_refused(api: Api) -> None:
    link = make(api)
    api.ask("patch", address(link), {"title": "Other"})

    assert problem(api.ask("put", rules_at(link), {"rules": [ALL]}, **{"If-Match": '"1"'}))[:2] == (412, "version_conflict")
    assert api.ask("put", rules_at(link), {"rules": [ALL]}, **{"If-Match": '"2"'}).status_code == 200


def test_rules_of_others_are_not_there(api: Api) -> None:
    theirs = rules_at(make(Api(make_user("bob"))))

    assert problem(api.ask("get", theirs))[0] == 404
    assert problem(api.ask("put", theirs, {"rules": []}))[0] == 404
