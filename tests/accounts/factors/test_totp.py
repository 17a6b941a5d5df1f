"""Codes of an app as a second factor, and recovery codes."""

import re
import time
from collections.abc import Sequence
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.contrib.auth import get_user
from django.core import mail
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from apps.accounts.audit.actions import AuditAction
from apps.accounts.models import AuditLog, User
from tests.cast import PASSWORD, make_user

pytestmark = pytest.mark.django_db(transaction=False)


@pytest.fixture
def ann() -> User:
    user = make_user("ann")
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def entered(user: User, address: str = "203.0.113.5") -> Client:
    client = Client(REMOTE_ADDR=address)
    client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
    return client


def confirmed(user: User) -> Client:
    """A browser that has shown the password again, as pages of security ask for."""
    client = entered(user)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    return client


def code_of(secret: str, *, at: float | None = None) -> str:
    return str(format_hotp_value(hotp_value(secret, int((at or time.time()) // 30))))


def switch_on(client: Client, capture: Any) -> tuple[str, Sequence[str]]:
    """Secret of the app, and recovery codes."""
    page = client.get(reverse("mfa_activate_totp")).content.decode()
    found = re.search(r"<code>([A-Z2-7]{32})</code>", page)
    assert found, page
    with capture(execute=True):
        answer = client.post(reverse("mfa_activate_totp"), {"code": code_of(found[1])})
    assert answer["Location"] == reverse("mfa_view_recovery_codes")
    shown = client.get(answer["Location"]).content.decode()
    return found[1], re.findall(r"<code>([0-9]{8})</code>", shown)


def second_step(user: User) -> Client:
    client = entered(user, "203.0.113.6")
    assert not get_user(client).is_authenticated
    return client


def give(client: Client, code: str) -> HttpResponse:
    answer = client.post(reverse("mfa_authenticate"), {"code": code})
    assert isinstance(answer, HttpResponse)
    return answer


def test_the_password_alone_lets_nobody_in_once_the_app_is_switched_on(ann: User, django_capture_on_commit_callbacks: Any) -> None:
    secret, _ = switch_on(confirmed(ann), django_capture_on_commit_callbacks)
    client = second_step(ann)

    assert give(client, "000000").status_code == 200
    assert not get_user(client).is_authenticated
    assert give(client, code_of(secret)).status_code == 302
    assert get_user(client) == ann


def test_a_code_works_once(ann: User, django_capture_on_commit_callbacks: Any) -> None:
    secret, _ = switch_on(confirmed(ann), django_capture_on_commit_callbacks)
    code = code_of(secret)
    give(second_step(ann), code)
    again = second_step(ann)
    give(again, code)

    assert not get_user(again).is_authenticated


def test_a_recovery_code_lets_its_owner_in_once(ann: User, django_capture_on_commit_callbacks: Any) -> None:
    _, codes = switch_on(confirmed(ann), django_capture_on_commit_callbacks)
    assert len(codes) == 10
    client, again = second_step(ann), second_step(ann)
    give(client, codes[0])
    give(again, codes[0])

    assert get_user(client) == ann
    assert not get_user(again).is_authenticated
    assert AuditLog.objects.filter(action=AuditAction.RECOVERY_CODE_USED).count() == 1


def test_recovery_codes_are_shown_once(ann: User, django_capture_on_commit_callbacks: Any) -> None:
    client = confirmed(ann)
    _, codes = switch_on(client, django_capture_on_commit_callbacks)

    assert codes[0] not in client.get(reverse("mfa_view_recovery_codes")).content.decode()
    assert client.get(reverse("mfa_download_recovery_codes")).status_code == 403


def test_new_recovery_codes_replace_the_old_ones(ann: User, django_capture_on_commit_callbacks: Any) -> None:
    client = confirmed(ann)
    _, old = switch_on(client, django_capture_on_commit_callbacks)
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("mfa_generate_recovery_codes"))
    new = re.findall(r"<code>([0-9]{8})</code>", client.get(reverse("mfa_view_recovery_codes")).content.decode())

    assert len(new) == 10
    assert not set(new) & set(old)
    guess = second_step(ann)
    give(guess, old[0])
    assert not get_user(guess).is_authenticated


def test_guesses_of_codes_are_limited(ann: User, django_capture_on_commit_callbacks: Any) -> None:
    secret, _ = switch_on(confirmed(ann), django_capture_on_commit_callbacks)
    client = second_step(ann)
    for _ in range(6):
        give(client, "000000")
    give(client, code_of(secret))

    assert not get_user(client).is_authenticated


def test_secrets_are_stored_encrypted_and_outlive_a_new_secret_key(
    ann: User, settings: Settings, django_capture_on_commit_callbacks: Any
) -> None:
    secret, codes = switch_on(confirmed(ann), django_capture_on_commit_callbacks)
    stored = str(list(Authenticator.objects.values_list("data", flat=True)))
    assert secret not in stored
    assert codes[0] not in stored

    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another-key-" + "y" * 40
    client = second_step(ann)
    give(client, code_of(secret))
    assert get_user(client) == ann


def test_adding_and_removing_are_recorded_and_told_by_mail(ann: User, django_capture_on_commit_callbacks: Any) -> None:
    client = confirmed(ann)
    switch_on(client, django_capture_on_commit_callbacks)
    client.post(reverse("mfa_deactivate_totp"))

    actions = set(AuditLog.objects.filter(actor_id=ann.pk).values_list("action", flat=True))
    assert {AuditAction.SECOND_FACTOR_ADDED, AuditAction.SECOND_FACTOR_REMOVED, AuditAction.RECOVERY_CODES_MADE} <= actions
    assert [message.subject for message in mail.outbox] == ["Authenticator app switched on", "Authenticator app switched off"]
    assert "If it was not you" in mail.outbox[0].body
    assert not Authenticator.objects.exists()


def test_nothing_is_added_before_the_password_was_given_again(ann: User) -> None:
    for name in ("mfa_activate_totp", "mfa_add_webauthn"):
        assert reverse("account_reauthenticate") in entered(ann).get(reverse(name))["Location"]


def test_nobody_with_an_unverified_address_adds_a_factor(django_capture_on_commit_callbacks: Any) -> None:
    client = confirmed(make_user("bob"))
    page = client.get(reverse("mfa_activate_totp")).content.decode()
    secret = re.findall(r"<code>([A-Z2-7]{32})</code>", page)[0]
    answer = client.post(reverse("mfa_activate_totp"), {"code": code_of(secret)})

    assert "Verify your e-mail address first" in answer.content.decode()
    assert not Authenticator.objects.exists()


def test_who_has_a_factor_can_change_the_address(ann: User, django_capture_on_commit_callbacks: Any) -> None:
    client = confirmed(ann)
    switch_on(client, django_capture_on_commit_callbacks)
    client.post(reverse("account_email"), {"email": "new@example.com", "action_add": ""})

    assert EmailAddress.objects.filter(user=ann, email="new@example.com").exists()


PAGES = ["mfa_index", "mfa_activate_totp", "mfa_add_webauthn", "mfa_list_webauthn"]


@pytest.mark.parametrize("name", PAGES)
def test_pages_have_no_script_or_style_of_their_own(ann: User, name: str) -> None:
    answer = confirmed(ann).get(reverse(name))
    page = answer.content.decode()

    assert answer.status_code == 200
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=\"", page)
    # What is not run may stand there: options of passkeys.
    assert not re.search(r"<script(?![^>]*(\ssrc=|application/json))", page)
