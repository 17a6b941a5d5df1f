"""Log-ins are counted, recorded, and answered alike."""

import re
from collections.abc import Sequence

import pytest
from allauth.account.models import EmailAddress
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from apps.accounts.audit.actions import AuditAction
from apps.accounts.models import AuditLog, User
from tests.accounts.test_flows import link_in, path_of
from tests.cast import PASSWORD, LogIn, make_user

pytestmark = pytest.mark.django_db

_changing = re.compile(rb'value="[^"]*"|[0-9a-f]{32}|nonce-[^ ]*')


def attempt(client: Client, email: str, password: str) -> HttpResponse:
    answer = client.post(reverse("account_login"), {"login": email, "password": password})
    assert isinstance(answer, HttpResponse)
    return answer


def guess(email: str, *, times: int, address: str = "198.51.100.1") -> None:
    for _ in range(times):
        attempt(Client(REMOTE_ADDR=address), email, "wrong password")


def is_in(answer: HttpResponse) -> bool:
    return answer.status_code == 302


def recorded(*actions: AuditAction) -> Sequence[tuple[str, str, int | None]]:
    rows = AuditLog.objects.filter(action__in=actions).order_by("id")
    return [(row.action, row.target_label, row.actor_id) for row in rows]


def test_all_refusals_read_alike(stranger: User, inactive: User) -> None:
    unverified = make_user("unverified")
    EmailAddress.objects.create(user=unverified, email=unverified.email, verified=False, primary=True)
    guess("locked@example.com", times=5)
    emails = [stranger.email, inactive.email, unverified.email, "nobody@example.com", "locked@example.com"]
    answers = [attempt(Client(REMOTE_ADDR="198.51.100.1"), email, "wrong password") for email in emails]

    assert {answer.status_code for answer in answers} == {200}
    assert len({_changing.sub(b"", answer.content) for answer in answers}) == 1


def test_the_right_password_of_a_locked_account_reads_like_a_wrong_one(stranger: User) -> None:
    guess(stranger.email, times=5)
    right, wrong = (attempt(Client(REMOTE_ADDR="198.51.100.1"), stranger.email, password) for password in (PASSWORD, "wrong"))

    assert _changing.sub(b"", right.content) == _changing.sub(b"", wrong.content)


def test_a_device_that_logged_in_before_gets_in_while_strangers_are_shut_out(settings: Settings, stranger: User) -> None:
    settings.LOCKOUT_ACCOUNT_ATTEMPTS = 6
    laptop = Client(REMOTE_ADDR="203.0.113.7")
    assert is_in(attempt(laptop, stranger.email, PASSWORD))
    laptop.post(reverse("account_logout"))
    guess(stranger.email, times=4, address="198.51.100.1")
    guess(stranger.email, times=4, address="198.51.100.2")

    assert not is_in(attempt(Client(REMOTE_ADDR="192.0.2.1"), stranger.email, PASSWORD))
    assert is_in(attempt(Client(REMOTE_ADDR="203.0.113.7"), stranger.email, PASSWORD))
    laptop.defaults["REMOTE_ADDR"] = "192.0.2.2"
    assert is_in(attempt(laptop, stranger.email, PASSWORD))


def test_the_cookie_of_a_device_is_out_of_reach_for_scripts(stranger: User) -> None:
    cookie = attempt(Client(), stranger.email, PASSWORD).cookies["device"]

    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert stranger.email not in cookie.value


def test_a_reset_ends_the_wait(stranger: User, mailoutbox: Sequence[object], settings: Settings) -> None:
    settings.PUBLIC_URL = "https://links.example.com"
    settings.LOCKOUT_ACCOUNT_ATTEMPTS = 6
    for number in range(6):
        guess(stranger.email, times=1, address=f"198.51.{number}.1")
    client = Client(REMOTE_ADDR="192.0.2.1")
    assert not is_in(attempt(client, stranger.email, PASSWORD))

    client.post(reverse("account_reset_password"), {"email": stranger.email})
    form = client.get(path_of(link_in(mailoutbox[-1])))["Location"]  # type: ignore[arg-type]
    client.post(form, {"password1": "Another horse battery 5"})
    assert is_in(attempt(client, stranger.email, "Another horse battery 5"))


def test_log_in_and_log_out_are_recorded_with_the_address(stranger: User) -> None:
    client = Client(REMOTE_ADDR="203.0.113.9")
    attempt(client, stranger.email, PASSWORD)
    client.post(reverse("account_logout"))

    rows = AuditLog.objects.filter(actor_id=stranger.pk).order_by("id")
    assert [(row.action, row.address) for row in rows] == [("user.logged_in", "203.0.113.9"), ("user.logged_out", "203.0.113.9")]
    assert rows[0].after == {"method": "password"}


def test_failures_are_recorded_for_those_who_have_an_account_and_those_who_have_none(stranger: User) -> None:
    for email in (stranger.email, "nobody@example.com"):
        guess(email, times=1)

    assert recorded(AuditAction.LOG_IN_FAILED) == [
        ("user.log_in_failed", stranger.email, None),
        ("user.log_in_failed", "nobody@example.com", None),
    ]
    assert AuditLog.objects.get(target_label=stranger.email, action=AuditAction.LOG_IN_FAILED).target_id == str(stranger.pk)


def test_a_lock_out_is_recorded_once_however_often_it_is_tried_on(stranger: User) -> None:
    guess(stranger.email, times=9)

    assert recorded(AuditAction.LOCKED_OUT) == [("user.locked_out", stranger.email, None)]


def test_a_changed_password_is_recorded_without_it(logged_in: LogIn, stranger: User) -> None:
    client = logged_in(stranger)
    attempt(client, stranger.email, PASSWORD)
    client.post(reverse("account_change_password"), {"oldpassword": PASSWORD, "password1": "Another horse battery 5"})

    assert recorded(AuditAction.PASSWORD_CHANGED) == [("user.password_changed", stranger.email, stranger.pk)]
    assert "horse" not in str(list(AuditLog.objects.values_list("before", "after")))


def test_sign_up_is_recorded(client: Client) -> None:
    client.post(reverse("account_signup"), {"email": "new@example.com", "password1": PASSWORD})

    [(_, label, actor)] = recorded(AuditAction.SIGNED_UP)
    assert (label, actor) == ("new@example.com", User.objects.get(email=label).pk)
