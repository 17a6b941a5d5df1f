"""All that is kept about a user, in one file."""

import csv
import io
import json
import zipfile
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.core.cache import cache
from django.test import AsyncClient, Client
from django.urls import reverse
from django.utils import timezone

from apps.accounts.audit.actions import AuditAction
from apps.accounts.audit.recording import record
from apps.accounts.models import AuditLog, Consent, ConsentText, User
from apps.accounts.privacy import consent
from tests.cast import PASSWORD, Cast, LogIn

pytestmark = pytest.mark.django_db(databases=["default", "clickhouse"])

EXPORT = reverse("privacy:export")


def log_in(user: User) -> Client:
    client = Client()
    client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
    return client


def file_of(user: User) -> zipfile.ZipFile:
    client = log_in(user)
    asked = client.post(EXPORT)
    # Goes on with what was asked for.
    answer = client.post(asked.headers["Location"], {"password": PASSWORD})
    assert answer.headers["Content-Type"] == "application/zip"
    return zipfile.ZipFile(io.BytesIO(b"".join(answer)))


def rows(archive: zipfile.ZipFile, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(archive.read(name).decode(), newline="")))


def test_it_has_a_file_for_each_kind_of_data(owner: User) -> None:
    archive = file_of(owner)

    assert archive.testzip() is None
    assert {
        "profile.json",
        "workspaces.json",
        "consents.json",
        "what-you-did.csv",
        "what-happened-to-your-account.csv",
        "links.csv",
        "domains.csv",
        "clicks.csv",
    } <= set(archive.namelist())


def test_it_says_who_the_user_is_and_where(cast: Cast) -> None:
    archive = file_of(cast.admin)

    profile = json.loads(archive.read("profile.json"))
    places = json.loads(archive.read("workspaces.json"))
    assert profile["email"] == "admin@example.com"
    assert sorted((place["workspace"], place["is_personal"], place["role"]) for place in places) == [
        ("Team", False, "admin"),
        ("admin", True, "owner"),
    ]


def test_it_has_no_secret(owner: User) -> None:
    archive = file_of(owner)

    everything = b"".join(archive.read(name) for name in archive.namelist()).decode()
    assert owner.password not in everything
    assert PASSWORD not in everything


def test_it_has_what_the_audit_log_says_of_the_user_and_of_nobody_else(owner: User, stranger: User) -> None:
    record(action=AuditAction.LINK_CREATED, actor=owner, target_label="go.example/mine")
    record(action=AuditAction.LINK_CREATED, actor=stranger, target_label="go.example/theirs")
    record(action=AuditAction.PASSWORD_CHANGED, actor=None, target=owner)

    archive = file_of(owner)

    assert [row["target"] for row in rows(archive, "what-you-did.csv") if row["action"] == "link.created"] == ["go.example/mine"]
    assert "user.password_changed" in [row["action"] for row in rows(archive, "what-happened-to-your-account.csv")]


def test_it_has_what_the_user_agreed_to(owner: User) -> None:
    consent.agree(user=owner, texts=[consent.publish(text=ConsentText(kind="terms", text="x"))], now=timezone.now())

    [agreed] = json.loads(file_of(owner).read("consents.json"))
    assert (agreed["text__kind"], agreed["text__version"]) == ("terms", 1)
    assert Consent.objects.count() == 1


def test_taking_it_away_is_recorded(owner: User) -> None:
    file_of(owner)

    assert AuditLog.objects.filter(action=AuditAction.DATA_EXPORTED, actor_id=owner.pk, target_id=str(owner.pk)).exists()


def test_it_is_not_made_again_and_again(owner: User) -> None:
    client = log_in(owner)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    b"".join(client.post(EXPORT))

    again = client.post(EXPORT)

    assert again.headers["Location"] == reverse("privacy:index")


def test_it_wants_the_password_anew_after_a_while(logged_in: LogIn, owner: User) -> None:
    assert logged_in(owner).post(EXPORT).headers["Location"].startswith(reverse("account_reauthenticate"))
    assert logged_in(owner).get(EXPORT).status_code == 405
    assert reverse("account_login") in Client().post(EXPORT).headers["Location"]


@pytest.mark.django_db(transaction=True, databases=["default", "clickhouse"])
def test_a_server_for_asgi_sends_the_same_file(owner: User) -> None:
    cache.clear()
    client = AsyncClient()

    async def fetch() -> bytes:
        await client.post(reverse("account_login"), {"login": owner.email, "password": PASSWORD})
        await client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
        answer: Any = await client.post(EXPORT)
        return b"".join([piece async for piece in answer])

    archive = zipfile.ZipFile(io.BytesIO(async_to_sync(fetch)()))
    assert archive.testzip() is None
    assert json.loads(archive.read("profile.json"))["email"] == "owner@example.com"
