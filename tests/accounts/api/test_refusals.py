"""Whom the log-in and the sign-up by REST refuse, and in which words."""

from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value, yield_hotp_counters_from_time
from django.core import mail
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from apps.accounts.audit.actions import AuditAction
from apps.accounts.models import AuditLog, Consent, ConsentText, User
from apps.accounts.privacy import consent
from tests.accounts.api.test_log_in import log_in, post
from tests.cast import PASSWORD, make_user

pytestmark = pytest.mark.django_db


def refused(client: Client, path: str, body: dict[str, Any]) -> tuple[int, str]:
    answer = post(client, path, body)
    assert answer["Content-Type"] == "application/problem+json"
    return answer.status_code, answer.json()["code"]


def errors(client: Client, path: str, body: Any) -> set[tuple[str, str]]:
    answer = post(client, path, body)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
    return {(error["field"], error["code"]) for error in answer.json()["errors"]}


def test_a_wrong_password_and_an_unknown_address_are_answered_alike(client: Client) -> None:
    make_user("ann")
    bodies = []
    for email in ("ann@example.com", "nobody@example.com"):
        body = post(client, "auth/login", {"email": email, "password": "wrong"}).json()
        bodies.append({name: value for name, value in body.items() if name != "request_id"})

    assert bodies[0] == bodies[1]
    assert (bodies[0]["status"], bodies[0]["code"]) == (401, "wrong_credentials")


def test_who_has_tried_too_often_waits_in_the_same_words(client: Client) -> None:
    make_user("ann")
    for _try in range(5):
        refused(client, "auth/login", {"email": "ann@example.com", "password": "wrong"})

    assert refused(client, "auth/login", {"email": "ann@example.com", "password": PASSWORD}) == (401, "wrong_credentials")
    assert AuditLog.objects.filter(action=AuditAction.LOCKED_OUT).count() == 1


def test_a_closed_account_is_told_to_who_knows_its_password(client: Client) -> None:
    make_user("ann", is_active=False)

    assert refused(client, "auth/login", {"email": "ann@example.com", "password": "wrong"}) == (401, "wrong_credentials")
    assert refused(client, "auth/login", {"email": "ann@example.com", "password": PASSWORD}) == (401, "account_inactive")


def test_an_address_that_nobody_has_verified_does_where_it_must(client: Client, settings: Settings) -> None:
    ann = make_user("ann")
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    assert refused(client, "auth/login", {"email": "ann@example.com", "password": PASSWORD}) == (401, "email_not_verified")
    EmailAddress.objects.create(user=ann, email=ann.email, verified=True, primary=True)

    log_in(client)


def code_of(totp: TOTP, secret: str) -> str:
    [_before, now, _after] = yield_hotp_counters_from_time()
    assert totp.instance.type == Authenticator.Type.TOTP
    return str(format_hotp_value(hotp_value(secret, now)))


def test_an_account_with_an_authenticator_app_takes_a_code_once(client: Client) -> None:
    ann, secret = make_user("ann"), generate_totp_secret()
    code = code_of(TOTP.activate(ann, secret), secret)
    body = {"email": "ann@example.com", "password": PASSWORD}

    assert refused(client, "auth/login", body) == (401, "second_factor_required")
    assert refused(client, "auth/login", {**body, "code": "000000" if code != "000000" else "111111"}) == (401, "second_factor_wrong")
    log_in(client, code=code)
    assert refused(client, "auth/login", {**body, "code": code}) == (401, "second_factor_wrong")
    assert AuditLog.objects.get(action=AuditAction.LOGGED_IN).after == {"method": "mfa"}


def test_a_recovery_code_does_too_and_is_recorded(client: Client) -> None:
    ann = make_user("ann")
    TOTP.activate(ann, generate_totp_secret())
    log_in(client, code=RecoveryCodes.activate(ann).get_unused_codes()[0])

    assert AuditLog.objects.filter(action=AuditAction.RECOVERY_CODE_USED).count() == 1


def test_codes_are_not_to_be_guessed_by_who_knows_the_password(client: Client) -> None:
    TOTP.activate(make_user("ann"), generate_totp_secret())
    body = {"email": "ann@example.com", "password": PASSWORD}
    statuses = []
    for number in range(7):
        statuses.append(post(client, "auth/login", {**body, "code": f"{number:06}"}).status_code)
        refused(client, "auth/login", body)

    assert statuses[:5] == [401] * 5
    assert statuses[5:] == [429] * 2


def test_an_account_that_has_passkeys_alone_is_sent_to_the_browser(client: Client) -> None:
    Authenticator.objects.create(user=make_user("ann"), type=Authenticator.Type.WEBAUTHN, data={"name": "Key", "credential": {}})

    assert refused(client, "auth/login", {"email": "ann@example.com", "password": PASSWORD}) == (401, "second_factor_in_browser")


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ({}, {("email", "required"), ("password", "required")}),
        ({"email": "a@b.c", "password": "x", "admin": True}, {("admin", "unknown_field")}),
        ({"email": ["a"], "password": {}}, {("email", "invalid"), ("password", "invalid")}),
        ({"email": "a\x00b", "password": "x" * 1025}, {("email", "null_characters_not_allowed"), ("password", "max_length")}),
        ([], {("", "invalid")}),
    ],
)
def test_what_is_wrong_with_a_body_is_said_by_field(client: Client, body: Any, found: set[tuple[str, str]]) -> None:
    assert errors(client, "auth/login", body) == found


@pytest.mark.parametrize("body", ["", "{", "nothing", '"text"', "[" * 100_000, "\x00", '{"email": NaN}', "\udcff"])
def test_a_body_that_is_no_json_object_is_an_error(client: Client, body: str) -> None:
    data = body.encode("utf-8", "surrogateescape")
    answer = client.post("/api/v1/auth/login", data, content_type="application/json")

    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"


def test_a_body_of_another_kind_is_an_error(client: Client) -> None:
    answer = client.post("/api/v1/auth/login", {"email": "a@b.c"})

    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")


def test_a_body_that_is_too_large_is_an_error(client: Client, settings: Settings) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100

    assert refused(client, "auth/login", {"email": "a" * 200, "password": "x"}) == (413, "too_large")


def test_other_methods_and_addresses_are_problems_too(client: Client) -> None:
    assert client.get("/api/v1/auth/login").json()["code"] == "method_not_allowed"
    assert client.get("/api/v1/nothing").json()["code"] == "not_found"
    assert client.get("/api/").json()["status"] == 404


def test_somebody_who_registers_can_log_in(client: Client) -> None:
    answer = post(client, "auth/register", {"email": "New@Example.com", "password": PASSWORD})

    assert answer.status_code == 201
    assert answer.json() == {"email": "new@example.com", "verification": "optional"}
    assert not answer.cookies
    assert len(mail.outbox) == 1
    assert User.objects.get().workspaces.count() == 1
    log_in(client, "new@example.com")


def test_where_addresses_must_be_verified_a_taken_one_is_answered_like_a_free_one(client: Client, settings: Settings) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    ann = make_user("ann")
    EmailAddress.objects.create(user=ann, email=ann.email, verified=True, primary=True)
    answers = [post(client, "auth/register", {"email": email, "password": PASSWORD}) for email in ("ann@example.com", "bob@example.com")]

    assert [answer.status_code for answer in answers] == [201, 201]
    assert [answer.json()["verification"] for answer in answers] == ["mandatory", "mandatory"]
    assert not any(answer.cookies for answer in answers)
    assert len(mail.outbox) == 2
    ann.refresh_from_db()
    assert ann.check_password(PASSWORD)


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({"email": "ann@example.com", "password": PASSWORD}, {"email"}),
        ({"email": "no address", "password": PASSWORD}, {"email"}),
        ({"email": "new@mailinator.com", "password": PASSWORD}, {"email"}),
        ({"email": "new@example.com", "password": "short"}, {"password"}),
        ({"email": "new@example.com", "password": PASSWORD, "is_staff": True}, {"is_staff"}),
    ],
)
def test_the_rules_of_the_page_hold(client: Client, body: dict[str, Any], fields: set[str]) -> None:
    make_user("ann")

    assert {field for field, _code in errors(client, "auth/register", body)} == fields
    assert User.objects.count() == 1


def test_where_sign_up_is_closed_it_is_closed_here(client: Client, settings: Settings) -> None:
    settings.SIGNUP_MODE = "closed"

    assert refused(client, "auth/register", {"email": "new@example.com", "password": PASSWORD}) == (403, "sign_up_closed")


def test_texts_in_force_are_agreed_to(client: Client) -> None:
    consent.publish(text=ConsentText(kind="terms", text="Be kind.", published_at=timezone.now()))
    body = {"email": "new@example.com", "password": PASSWORD}
    assert errors(client, "auth/register", body) == {("consents", "required")}

    assert post(client, "auth/register", {**body, "consents": ["terms"]}).status_code == 201
    assert Consent.objects.get().user.email == "new@example.com"
    assert log_in(client, "new@example.com")["consents_due"] == []
