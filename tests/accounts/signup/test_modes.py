"""Sign-up that is open, for those who are invited, or closed."""

import re
from collections.abc import Callable
from io import StringIO

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth import get_user
from django.core import signing
from django.core.management import CommandError, call_command
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from apps.accounts.models import User
from apps.accounts.signup.invitations import link_for
from tests.cast import PASSWORD, LogIn, make_user

pytestmark = pytest.mark.django_db


def sign_up(client: Client, email: str) -> HttpResponse:
    answer = client.post(reverse("account_signup"), {"email": email, "password1": PASSWORD})
    assert isinstance(answer, HttpResponse)
    return answer


def path_of(link: str, settings: Settings) -> str:
    return link.removeprefix(settings.PUBLIC_URL)


@pytest.mark.parametrize("mode", ["closed", "invited"])
def test_nobody_signs_up_without_an_invitation(client: Client, settings: Settings, mode: str) -> None:
    settings.SIGNUP_MODE = mode
    answer = sign_up(client, "new@example.com")

    assert "Sign-up is closed" in answer.content.decode()
    assert not User.objects.exists()
    assert "No account yet" not in client.get(reverse("account_login")).content.decode()


def test_an_invitation_lets_its_address_sign_up(client: Client, settings: Settings) -> None:
    settings.SIGNUP_MODE = "invited"
    page = client.get(path_of(link_for("New@example.com"), settings)).content.decode()
    assert 'value="new@example.com"' in page

    assert "invitation was sent to" in sign_up(client, "other@example.com").content.decode()
    sign_up(client, "NEW@example.com")
    assert get_user(client) == User.objects.get(email="new@example.com")


def test_an_invitation_is_used_up_by_signing_up(client: Client, settings: Settings) -> None:
    settings.SIGNUP_MODE = "invited"
    client.get(path_of(link_for("new@example.com"), settings))
    sign_up(client, "new@example.com")
    client.post(reverse("account_logout"))

    assert "Sign-up is closed" in client.get(reverse("account_signup")).content.decode()


def test_an_invitation_of_a_refused_domain_counts_more_than_the_rule(client: Client, settings: Settings) -> None:
    settings.SIGNUP_MODE = "invited"
    client.get(path_of(link_for("new@mailinator.com"), settings))
    sign_up(client, "new@mailinator.com")

    assert User.objects.filter(email="new@mailinator.com").exists()


@pytest.mark.parametrize("forge", [lambda: "nonsense", lambda: signing.dumps("new@example.com", salt="other")])
def test_a_forged_invitation_is_none(client: Client, settings: Settings, forge: Callable[[], str]) -> None:
    settings.SIGNUP_MODE = "invited"

    assert "Sign-up is closed" in client.get(reverse("account_signup"), {"invitation": forge()}).content.decode()


def test_when_sign_up_is_closed_an_invitation_opens_nothing(client: Client, settings: Settings) -> None:
    settings.SIGNUP_MODE = "closed"

    assert "Sign-up is closed" in client.get(path_of(link_for("new@example.com"), settings)).content.decode()


def test_operators_invite_in_the_terminal(settings: Settings, client: Client) -> None:
    settings.SIGNUP_MODE = "invited"
    out = StringIO()
    call_command("invite", "new@example.com", stdout=out)

    assert client.get(path_of(out.getvalue().strip(), settings)).status_code == 200
    with pytest.raises(CommandError, match="no e-mail address"):
        call_command("invite", "nobody")


def test_a_throw_away_address_is_refused_alike_whether_it_has_an_account_or_not(client: Client) -> None:
    make_user("known")
    User.objects.filter(email="known@example.com").update(email="known@mailinator.com")
    token = re.compile(rb'value="[^"]*"|nonce-[^ ]*')
    known, unknown = (sign_up(Client(), f"{name}@mailinator.com") for name in ("known", "other"))

    assert "not taken here" in known.content.decode()
    assert token.sub(b"", known.content) == token.sub(b"", unknown.content)


def test_an_address_is_not_changed_to_a_throw_away_one(logged_in: LogIn, stranger: User) -> None:
    client = logged_in(stranger)
    client.post(reverse("account_login"), {"login": stranger.email, "password": PASSWORD})
    answer = client.post(reverse("account_email"), {"email": "new@mailinator.com", "action_add": ""})

    assert "not taken here" in answer.content.decode()
    assert not EmailAddress.objects.filter(email="new@mailinator.com").exists()
