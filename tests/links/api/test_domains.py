"""Domains of a workspace by REST."""

from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from apps.accounts.models import Membership, Role, User
from apps.links.models import Domain
from tests.cast import make_user
from tests.links.api.program import Api, make, problem
from tests.links.conftest import dns_server
from tests.links.name_server import NameServer

__all__ = ["dns_server"]

pytestmark = pytest.mark.django_db

DOMAINS = "/api/v1/domains"
HOST = "go.example.com"


def test_a_domain_is_added_verified_changed_and_removed(api: Api, dns_server: NameServer) -> None:
    added = api.ask("post", DOMAINS, {"hostname": "https://Go.Example.com/"})
    assert added.status_code == 201
    record = added.json()["txt_record"]
    assert (added.json()["hostname"], added.json()["is_serving"]) == (HOST, False)

    assert problem(api.ask("post", f"{DOMAINS}/{HOST}/verify", {}))[:2] == (409, "record_missing")
    dns_server.records[record["name"]] = [record["value"]]
    assert api.ask("post", f"{DOMAINS}/{HOST}/verify", {}).json()["is_serving"] is True

    edited = api.ask(
        "patch", f"{DOMAINS}/{HOST}", {"root_url": "https://www.example.com/", "apple_app_ids": ["ABCDE12345.com.example.app"]}
    )
    assert edited.json()["apple_app_ids"] == ["ABCDE12345.com.example.app"]
    assert api.ask("patch", f"{DOMAINS}/{HOST}", {"expired_url": ""}).json()["root_url"] == "https://www.example.com/"
    assert make(api, domain=HOST)["domain"] == HOST
    assert problem(api.ask("delete", f"{DOMAINS}/{HOST}"))[:2] == (409, "domain_in_use")

    Domain.objects.get(hostname=HOST).links.all().delete()
    assert api.ask("delete", f"{DOMAINS}/{HOST}").status_code == 204
    assert problem(api.ask("get", f"{DOMAINS}/{HOST}"))[0] == 404


def test_the_list_has_those_for_all_and_ones_own(api: Api, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    api.ask("post", DOMAINS, {"hostname": HOST})
    Api(make_user("bob")).ask("post", DOMAINS, {"hostname": "bob.example.com"})
    with django_assert_num_queries(7):
        found = api.ask("get", DOMAINS).json()["results"]

    assert [(domain["is_default"], domain["is_own"], domain["is_serving"]) for domain in found] == [
        (True, False, True),
        (False, True, False),
    ]
    assert "txt_record" not in found[1]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "hostname"),
        ({"hostname": "192.0.2.1"}, "hostname"),
        ({"hostname": "a b"}, "hostname"),
        ({"hostname": "x" * 3000}, "hostname"),
        ({"hostname": 5, "other": 1}, "other"),
    ],
)
def test_a_host_that_cannot_be_is_refused(api: Api, body: Any, field: str) -> None:
    status, _code, fields = problem(api.ask("post", DOMAINS, body))

    assert (status, fields) == (400, {field})


@pytest.mark.parametrize(
    "body",
    [
        {"root_url": "javascript:alert(1)"},
        {"expired_url": f"https://{HOST}/"},
        {"apple_app_ids": ["x"]},
        {"android_apps": [{"package": "x", "fingerprints": []}]},
        {"android_apps": ["x"]},
        {"hostname": "other.example.com"},
    ],
)
def test_settings_that_cannot_be_are_refused_by_field(api: Api, body: Any) -> None:
    api.ask("post", DOMAINS, {"hostname": HOST})
    status, _code, fields = problem(api.ask("patch", f"{DOMAINS}/{HOST}", body))

    assert status == 400
    assert all(field.startswith(next(iter(body))) for field in fields)
    assert fields


def test_the_record_is_for_who_manages_the_domain(api: Api) -> None:
    api.ask("post", DOMAINS, {"hostname": HOST})
    vic = make_user("vic")
    assert problem(Api(vic).ask("get", f"{DOMAINS}/{HOST}"))[0] == 404
    Membership.objects.create(workspace=User.objects.get(email="ann@example.com").personal_workspace, user=vic, role=Role.EDITOR)

    assert "txt_record" not in Api(vic).ask("get", f"{DOMAINS}/{HOST}").json()
    assert problem(Api(vic).ask("patch", f"{DOMAINS}/{HOST}", {"root_url": ""}))[0] == 403


def test_a_domain_for_all_is_nobodys(api: Api) -> None:
    default = Domain.objects.get(is_default=True).hostname

    assert problem(api.ask("delete", f"{DOMAINS}/{default}"))[0] == 404
