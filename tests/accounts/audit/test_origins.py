"""Where recorded things come from: requests, and commands."""

from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from apps.accounts.audit import context
from apps.accounts.audit.context import Origin, Via
from apps.accounts.audit.middleware import AuditOriginMiddleware
from apps.accounts.models import AuditLog, User
from tests.cast import LogIn

pytestmark = pytest.mark.django_db


def test_a_row_names_the_request_that_the_answer_names(logged_in: LogIn, owner: User) -> None:
    answer = logged_in(owner).post(reverse("links:create"), {"destination_url": "https://example.com/"}, REMOTE_ADDR="192.0.2.7")

    row = AuditLog.objects.get(action="link.created")
    assert (row.via, row.address, row.request_id) == ("web", "192.0.2.7", answer.headers["X-Request-ID"])


def test_only_trusted_proxies_say_who_the_client_is(logged_in: LogIn, owner: User, settings: Settings) -> None:
    client = logged_in(owner)
    headers = {"X-Forwarded-For": "198.51.100.1"}

    client.post(reverse("links:create"), {"destination_url": "https://example.com/"}, headers=headers, REMOTE_ADDR="192.0.2.7")

    assert AuditLog.objects.get(action="link.created").address == "192.0.2.7"


@pytest.mark.parametrize(
    ("path", "via"),
    [("/links/", Via.WEB), ("/admin/x/", Via.ADMIN), ("/api/v1/links", Via.API), ("/graphql", Via.API), ("/administration", Via.WEB)],
)
def test_the_way_is_told_by_the_path(rf: Any, path: str, via: Via) -> None:
    seen: list[Origin] = []

    def answer(_request: Any) -> Any:
        seen.append(context.current())

    AuditOriginMiddleware(answer)(rf.get(path))

    assert [origin.via for origin in seen] == [via]
    assert context.current() == Origin()


def test_one_request_leaves_nothing_to_the_next() -> None:
    Client().get("/healthz")

    assert context.current() == Origin()


def test_a_superuser_made_in_the_terminal_is_recorded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", "correct horse battery")

    call_command("createsuperuser", "--noinput", "--email", "root@example.com", verbosity=0)

    row = AuditLog.objects.get()
    assert (row.action, row.target_label, row.via, row.after) == ("user.created", "root@example.com", "command", {"is_superuser": True})


def test_a_password_changed_in_the_terminal_is_recorded(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("getpass.getpass", lambda *_args, **_options: "Correct-horse-9-battery")

    call_command("changepassword", owner.email)

    row = AuditLog.objects.get()
    assert (row.action, row.target_id, row.after) == ("user.password_changed", str(owner.pk), {})
