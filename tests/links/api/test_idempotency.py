"""A program that lost an answer asks again, and makes nothing twice."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from apps.accounts.api_keys import services as api_keys
from apps.accounts.idempotency import answers
from apps.accounts.models import KeptAnswer, User
from apps.links.models import Link
from tests.cast import make_user
from tests.links.api.program import LINKS, Api, problem

pytestmark = pytest.mark.django_db

URL = {"destination_url": "https://example.com/"}
KEY = {"Idempotency-Key": "b7f0e1c2-once"}


@pytest.mark.parametrize(
    ("path", "body"), [(LINKS, URL), ("/api/v1/shorten", {"url": "https://example.com/"}), (f"{LINKS}/bulk", {"links": [URL, {}]})]
)
def test_the_same_request_again_gets_the_same_answer_and_makes_nothing(api: Api, path: str, body: Any) -> None:
    first, second = (api.ask("post", path, body, **KEY) for _ in range(2))

    assert first.json() == second.json()
    assert first.status_code == second.status_code < 300
    assert [answer.get("Idempotency-Replayed") for answer in (first, second)] == [None, "true"]
    assert [first.get(name) for name in ("Location", "ETag")] == [second.get(name) for name in ("Location", "ETag")]
    assert Link.objects.count() == 1


def test_without_a_key_each_request_makes_a_link(api: Api) -> None:
    assert {api.ask("post", LINKS, URL).json()["code"], api.ask("post", LINKS, URL).json()["code"]} == set(
        Link.objects.values_list("code", flat=True)
    )
    assert Link.objects.count() == 2
    assert not KeptAnswer.objects.exists()


def test_a_key_is_for_one_request(api: Api) -> None:
    api.ask("post", LINKS, URL, **KEY)

    assert problem(api.ask("post", LINKS, {**URL, "title": "Other"}, **KEY)) == (422, "idempotency_key_reused", {"Idempotency-Key"})
    assert problem(api.ask("post", "/api/v1/shorten", {"url": "https://example.com/"}, **KEY))[0] == 422
    assert Link.objects.count() == 1


def test_what_failed_is_tried_anew(api: Api) -> None:
    assert api.ask("post", LINKS, {**URL, "code": "a b"}, **KEY).status_code == 400
    assert not KeptAnswer.objects.exists()
    assert api.ask("post", LINKS, {**URL, "code": "good"}, **KEY).status_code == 201


@pytest.mark.parametrize("key", ["", " ", "a b", "x" * 256, "caf\u00e9"])
def test_a_key_that_has_not_the_form_is_refused(api: Api, key: str) -> None:
    assert problem(api.ask("post", LINKS, URL, **{"Idempotency-Key": key})) == (400, "invalid", {"Idempotency-Key"})
    assert not Link.objects.exists()


def test_keys_of_others_and_of_other_programs_are_others(api: Api) -> None:
    ann = User.objects.get()
    _key, text = api_keys.create_key(
        actor=ann, workspace=ann.personal_workspace, name="x", scope_names=["links:create"], now=timezone.now()
    )
    program, bob = Api(ann), Api(make_user("bob"))
    program.headers = {"Authorization": f"Bearer {text}"}
    codes = {one.ask("post", LINKS, URL, **KEY).json()["code"] for one in (api, program, bob)}

    assert len(codes) == Link.objects.count() == 3


def test_after_a_day_a_key_is_new_again(api: Api) -> None:
    api.ask("post", LINKS, URL, **KEY)
    KeptAnswer.objects.update(created_at=timezone.now() - timedelta(hours=25))
    again = api.ask("post", LINKS, URL, **KEY)

    assert again.get("Idempotency-Replayed") is None
    assert Link.objects.count() == 2
    assert answers.purge(now=timezone.now()) == 0
    assert answers.purge(now=timezone.now() + timedelta(hours=25)) == 1
    assert not KeptAnswer.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_one_makes_the_link_and_all_get_its_answer() -> None:
    api = Api(make_user("ann"))

    def ask(_number: int) -> Any:
        try:
            return api.ask("post", LINKS, URL, **KEY).json()
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(ask, range(16)))

    assert all(answer == found[0] for answer in found)
    assert Link.objects.get().code == found[0]["code"]


def test_neither_key_nor_request_can_be_read_from_the_row(api: Api) -> None:
    api.ask("post", LINKS, {**URL, "password": "open sesame"}, **KEY)
    row = KeptAnswer.objects.get()

    assert "sesame" not in row.body
    assert KEY["Idempotency-Key"].encode() not in bytes(row.key_digest) + bytes(row.fingerprint)
