"""Keys through the API: the header, what is refused, and managing keys with tokens and keys."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.test import AsyncClient, Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from apps.accounts.api_keys import rest_views, services
from apps.accounts.api_keys.key_text import is_right, new_key
from apps.accounts.models import ApiKey, AuditLog, User
from apps.accounts.tokens import families
from apps.links.models import Domain
from tests.accounts.api_keys.cases import make_key
from tests.cast import Cast

pytestmark = pytest.mark.django_db

ME = "/api/v1/me"
KEYS = "/api/v1/keys"
NEW = {"name": "Nightly", "scopes": ["links:read"]}


def with_key(text: str) -> Client:
    return Client(headers={"Authorization": f"Bearer {text}"})


def with_token(user: User) -> Client:
    tokens = families.issue(user, families.Client("192.0.2.1", "test"), now=timezone.now())
    return Client(headers={"Authorization": f"Bearer {tokens.access}"})


@pytest.fixture
def admin_key(cast: Cast) -> tuple[ApiKey, str]:
    """The owner's, for all that the owner may do in the team."""
    return make_key(cast.owner, cast.workspace, "admin", now=timezone.now())


HEADERS: list[Callable[[str], dict[str, str]]] = [
    lambda text: {"Authorization": f"Bearer {text}"},
    lambda text: {"Authorization": f"bearer  {text} "},
    lambda text: {"X-Api-Key": text},
    lambda text: {"x-api-key": f" {text} "},
]


@pytest.mark.parametrize("headers", HEADERS)
def test_a_key_lets_in_by_either_header(cast: Cast, headers: Callable[[str], dict[str, str]]) -> None:
    _key, text = make_key(cast.viewer, cast.workspace, "links:read")
    answer = Client().get(ME, headers=headers(text))

    assert answer.status_code == 200
    assert (answer.json()["email"], answer.json()["scopes"]) == (cast.viewer.email, ["links:read"])


def test_a_key_lets_nobody_in_by_cookie_or_address_or_password(cast: Cast) -> None:
    _key, text = make_key(cast.viewer, cast.workspace)
    client = Client()
    client.cookies["X-Api-Key"] = client.cookies["api_key"] = text

    for query in ({}, {"api_key": text}, {"key": text}, {"access_token": text}):
        assert client.get(ME, query).status_code == 401
    assert Client().get(ME, headers={"Authorization": f"Basic {text}"}).status_code == 401
    assert Client().get(ME, headers={"Authorization": text}).status_code == 401


def test_what_is_wrong_with_a_key_is_told_as_a_problem(cast: Cast) -> None:
    revoked_key, revoked = make_key(cast.viewer, cast.workspace)
    services.revoke_key(actor=cast.viewer, key=revoked_key, now=timezone.now())
    whole = new_key().text

    for text, code in ((revoked, "key_revoked"), (whole, "invalid_key"), (whole[:-1], "key_malformed"), ("shk_", "key_malformed")):
        answer = with_key(text).get(ME)
        assert (answer.status_code, answer.json()["code"]) == (401, code)
        assert answer["Content-Type"] == "application/problem+json"
        assert answer["WWW-Authenticate"] == "Bearer"
        assert text not in answer.content.decode() or text == "shk_"
    assert Client().get(ME, headers={"X-Api-Key": "secret"}).json()["code"] == "key_malformed"


def test_too_many_wrong_keys_are_told_to_wait(cast: Cast, settings: Settings) -> None:
    settings.WRONG_KEY_LIMIT = "2/600"
    _key, text = make_key(cast.viewer, cast.workspace)
    answers = [with_key(new_key().text).get(ME) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [401, 401, 429]
    assert answers[2].json()["code"] == "too_many_wrong_keys"
    assert 0 < int(answers[2]["Retry-After"]) <= 300
    assert with_key(text).get(ME).status_code == 200


def test_a_request_with_a_key_asks_the_database_once_for_who_it_is(cast: Cast, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    _key, text = make_key(cast.viewer, cast.workspace)
    client = with_key(text)
    client.get(ME)

    # The key with its member and workspace, and the limit.
    with django_assert_num_queries(2):
        assert client.get(ME).status_code == 200


@pytest.mark.parametrize("way", ["token", "key"])
def test_keys_are_made_listed_read_edited_and_revoked(cast: Cast, admin_key: tuple[ApiKey, str], way: str) -> None:
    client = with_token(cast.owner) if way == "token" else with_key(admin_key[1])
    workspace = str(cast.workspace.public_id)
    made = client.post(KEYS, {**NEW, "workspace": workspace, "expires_at": "2099-01-01T00:00:00+01:00"}, content_type="application/json")
    found = made.json()
    text, address = found.pop("key"), f"{KEYS}/{found['id']}"

    assert (made.status_code, made["Cache-Control"]) == (201, "no-store")
    assert is_right(text, ApiKey.objects.get(public_id=found["id"]).secret_hash)
    assert (found["workspace"], found["scopes"], found["owner"]) == (workspace, ["links:read"], cast.owner.email)
    assert datetime.fromisoformat(found["expires_at"]) == datetime(2098, 12, 31, 23, tzinfo=UTC)
    assert client.get(address).json() == found
    assert found in client.get(KEYS).json()["results"]
    edited = client.patch(address, {"name": "Daily"}, content_type="application/json")
    assert edited.json() == found | {"name": "Daily"}
    assert client.patch(address, {"expires_at": None}, content_type="application/json").json()["expires_at"] is None
    assert with_key(text).get(ME).status_code == 200
    assert client.delete(address).status_code == 204
    assert with_key(text).get(ME).json()["code"] == "key_revoked"
    assert [client.get(address).status_code, client.delete(address).status_code] == [404, 404]


def test_without_a_workspace_a_key_is_for_the_personal_one_and_a_key_stays_in_its_own(cast: Cast, admin_key: tuple[ApiKey, str]) -> None:
    by_token = with_token(cast.owner).post(KEYS, NEW, content_type="application/json").json()
    by_key = with_key(admin_key[1]).post(KEYS, NEW, content_type="application/json").json()

    assert by_token["workspace"] == str(cast.owner.personal_workspace.public_id)
    assert by_key["workspace"] == str(cast.workspace.public_id)
    assert by_token["id"] not in str(with_key(admin_key[1]).get(KEYS).json())


def test_what_was_done_with_a_key_names_it(admin_key: tuple[ApiKey, str]) -> None:
    with_key(admin_key[1]).post(KEYS, NEW, content_type="application/json")

    row = AuditLog.objects.filter(action="api_key.created").order_by("-pk")[0]
    assert (row.api_key_prefix, row.via) == (admin_key[0].prefix, "api")


def test_the_event_loops_server_names_the_key_too_and_forgets_it(admin_key: tuple[ApiKey, str]) -> None:
    client = AsyncClient()

    async def asks() -> None:
        for headers in ({"X-Api-Key": admin_key[1]}, {}):
            await client.post(KEYS, NEW, content_type="application/json", headers=headers)
        await client.post("/accounts/login/", {"login": "nobody@example.com", "password": "x"})

    async_to_sync(asks)()

    rows = AuditLog.objects.filter(address="127.0.0.1").order_by("pk").values_list("action", "api_key_prefix")
    assert list(rows) == [("api_key.created", admin_key[0].prefix), ("user.log_in_failed", "")]


WRONG: list[tuple[dict[str, Any], int, str, str]] = [
    ({"name": ""}, 400, "invalid", "name"),
    ({"name": "\u202e"}, 422, "name_required", "name"),
    ({"name": "a\0b"}, 400, "invalid", "name"),
    ({"name": {"a": 1}}, 400, "invalid", "name"),
    ({"scopes": []}, 422, "scopes_required", "scopes"),
    ({"scopes": ["root"]}, 422, "unknown_scope", "scopes"),
    ({"scopes": "admin"}, 400, "invalid", "scopes"),
    ({"domain": "nothing.example.org"}, 422, "unknown_domain", "domain"),
    ({"expires_at": "2020-01-01T00:00:00Z"}, 422, "expiry_passed", "expires_at"),
    ({"expires_at": "soon"}, 400, "invalid", "expires_at"),
    ({"workspace": "x"}, 400, "invalid", "workspace"),
    ({"user": 1}, 400, "invalid", "user"),
]


@pytest.mark.parametrize(("wrong", "status", "code", "field"), WRONG)
def test_what_cannot_be_is_named_by_its_field(cast: Cast, wrong: dict[str, Any], status: int, code: str, field: str) -> None:
    answer = with_token(cast.owner).post(KEYS, NEW | wrong, content_type="application/json")

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert [error["field"].split(".")[0] for error in answer.json()["errors"]] == [field]
    assert not ApiKey.objects.exists()


@pytest.mark.parametrize("scope", ["links:read", "links:write", "members:read", "audit:read", "domains:write"])
def test_a_key_without_admin_manages_no_keys_not_even_itself(cast: Cast, scope: str) -> None:
    key, text = make_key(cast.owner, cast.workspace, scope)
    client, address = with_key(text), f"{KEYS}/{key.public_id}"
    answers = [client.get(KEYS), client.get(address), client.delete(address)]
    answers.append(client.patch(address, {"name": "x"}, content_type="application/json"))
    answers.append(client.post(KEYS, NEW, content_type="application/json"))

    assert {answer.status_code for answer in answers[:4]} == {403}
    assert {answer.json()["code"] for answer in answers[:4]} == {"scope_required"}
    assert answers[4].status_code in {403, 404}
    key.refresh_from_db()
    assert (key.name, key.revoked_at) == ("Cron", None)


def test_a_key_that_ends_makes_none_that_ends_later(cast: Cast) -> None:
    now = timezone.now()
    key, text = make_key(cast.owner, cast.workspace, "admin", expires_at=now + timedelta(days=1), now=now)
    client = with_key(text)

    assert client.post(KEYS, NEW, content_type="application/json").json()["code"] == "expiry_exceeded"
    own = client.patch(f"{KEYS}/{key.public_id}", {"expires_at": None}, content_type="application/json")
    assert own.json()["code"] == "expiry_exceeded"


def test_managers_see_and_revoke_the_keys_of_all_members(cast: Cast) -> None:
    key, text = make_key(cast.viewer, cast.workspace)
    query = {"workspace": str(cast.workspace.public_id)}

    assert [found["id"] for found in with_token(cast.admin).get(KEYS, query).json()["results"]] == [str(key.public_id)]
    assert with_token(cast.editor).get(KEYS, query).status_code == 403
    assert with_token(cast.stranger).get(KEYS, query).status_code == 404
    assert with_token(cast.editor).delete(f"{KEYS}/{key.public_id}").status_code == 404
    assert with_token(cast.admin).patch(f"{KEYS}/{key.public_id}", {"name": "x"}, content_type="application/json").status_code == 404
    assert with_token(cast.admin).delete(f"{KEYS}/{key.public_id}").status_code == 204
    assert with_key(text).get(ME).status_code == 401


def test_a_key_can_be_bound_to_a_domain(cast: Cast) -> None:
    domain = Domain.objects.create(hostname="go.example.org", workspace=cast.workspace, verification_token="x", verified_at=timezone.now())
    asked = {**NEW, "workspace": str(cast.workspace.public_id), "domain": "go.example.org"}
    made = with_token(cast.owner).post(KEYS, asked, content_type="application/json").json()

    assert made["domain"] == "go.example.org"
    assert ApiKey.objects.get().domain_id == domain.pk


def test_a_long_list_comes_in_pages(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rest_views, "PAGE_SIZE", 2)
    made = [str(make_key(cast.viewer, cast.workspace)[0].public_id) for _ in range(5)]
    client, address, found = with_token(cast.admin), f"{KEYS}?workspace={cast.workspace.public_id}", []
    while address:
        page = client.get(address).json()
        found.append([key["id"] for key in page["results"]])
        address = page["next"]

    assert found == [made[4:2:-1], made[2:0:-1], made[:1]]
    assert client.get(KEYS, {"after": "00000000-0000-0000-0000-000000000000"}).status_code == 404
    assert client.get(KEYS, {"after": "x"}).status_code == 400
    assert client.get(KEYS, {"nothing": "x"}).status_code == 400
