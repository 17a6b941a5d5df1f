"""Log-in by an OpenID Connect provider, against one that runs for real."""

from collections.abc import Iterator
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP
from allauth.socialaccount.models import SocialAccount
from cryptography.hazmat.primitives.asymmetric import rsa
from django.contrib.auth import get_user
from django.core import mail
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from apps.accounts.audit.actions import AuditAction
from apps.accounts.models import AuditLog, Membership, Role, User
from shortener_project.settings import connections
from tests.accounts.providers.openid import CLIENT_ID, CLIENT_SECRET, Provider, running
from tests.cast import PASSWORD, make_user

pytestmark = pytest.mark.django_db

ANN: dict[str, Any] = {"sub": "ann-1", "email": "Ann@example.com", "email_verified": True, "name": "Ann Example"}


@pytest.fixture
def provider(settings: Settings) -> Iterator[Provider]:
    settings.PUBLIC_URL = "http://testserver"
    with running(Provider(claims=dict(ANN))) as provider:
        settings.OIDC_APPS = connections.openid(
            issuer=provider.issuer, client_id=CLIENT_ID, client_secret=CLIENT_SECRET, name="Example Login"
        )
        yield provider


def enter(client: Client, provider: Provider, process: str = "login") -> HttpResponse:
    started = client.post(f"{reverse('openid_connect_login', args=['sso'])}?process={process}")
    assert started.status_code == 302, started.content
    address, query = provider.approve(started["Location"])
    assert address == f"http://testserver{reverse('openid_connect_callback', args=['sso'])}"
    answer = client.get(address.removeprefix("http://testserver") + query)
    assert isinstance(answer, HttpResponse)
    return answer


def verified(name: str) -> User:
    user = make_user(name)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def test_who_comes_for_the_first_time_gets_an_account_with_a_workspace(client: Client, provider: Provider) -> None:
    enter(client, provider)

    user = User.objects.get(email="ann@example.com")
    assert get_user(client) == user
    assert user.full_name == "Ann Example"
    assert not user.has_usable_password()
    assert EmailAddress.objects.get(user=user).verified
    assert Membership.objects.filter(user=user, workspace=user.personal_workspace, role=Role.OWNER).exists()
    assert provider.asked.count("/keys") >= 1


def test_who_comes_again_gets_the_same_account_whatever_the_address_is_then(client: Client, provider: Provider) -> None:
    enter(client, provider)
    provider.claims["email"] = "ann.new@example.com"
    again = Client()
    enter(again, provider)

    assert get_user(again) == get_user(client)
    assert User.objects.count() == 1


def test_the_button_stands_on_the_page_when_a_provider_is_set_up(client: Client, provider: Provider, settings: Settings) -> None:
    assert "Go on with Example Login" in client.get(reverse("account_login")).content.decode()
    settings.OIDC_APPS = []
    assert "Go on with" not in client.get(reverse("account_login")).content.decode()


def test_accounts_that_both_sides_have_verified_are_joined_and_the_owner_is_told(client: Client, provider: Provider) -> None:
    ann = verified("ann")
    enter(client, provider)

    assert get_user(client) == ann
    assert User.objects.count() == 1
    assert mail.outbox[-1].subject == "Log-in by Example Login added"
    assert AuditLog.objects.filter(action=AuditAction.PROVIDER_CONNECTED, actor_id=ann.pk).exists()


def test_an_account_that_never_verified_its_address_is_not_joined(client: Client, provider: Provider) -> None:
    make_user("ann")
    answer = enter(client, provider)

    assert answer["Location"] == reverse("account_login")
    assert "There is an account with this e-mail address" in client.get(answer["Location"]).content.decode()
    assert not get_user(client).is_authenticated
    assert not SocialAccount.objects.exists()


@pytest.mark.parametrize("claim", [False, None, "false", "yes"])
def test_an_address_that_the_provider_has_not_verified_joins_nothing(client: Client, provider: Provider, claim: object) -> None:
    verified("ann")
    provider.claims["email_verified"] = claim
    answer = enter(client, provider)

    assert answer["Location"] == reverse("socialaccount_signup")
    assert not get_user(client).is_authenticated
    assert not SocialAccount.objects.exists()


def test_who_has_no_verified_address_types_one_and_verifies_it_here(client: Client, provider: Provider) -> None:
    del provider.claims["email"]
    form = enter(client, provider)["Location"]
    assert client.get(form).status_code == 200
    client.post(form, {"email": "typed@example.com"})

    assert get_user(client) == User.objects.get(email="typed@example.com")
    assert not EmailAddress.objects.get(email="typed@example.com").verified


def test_joining_can_be_switched_off(client: Client, provider: Provider, settings: Settings) -> None:
    settings.OIDC_JOIN_BY_EMAIL = False
    verified("ann")

    assert enter(client, provider)["Location"] == reverse("account_login")
    assert not SocialAccount.objects.exists()


def test_the_second_factor_here_is_asked_for_all_the_same(client: Client, provider: Provider) -> None:
    TOTP.activate(verified("ann"), "A" * 32)

    assert enter(client, provider)["Location"] == reverse("mfa_authenticate")
    assert not get_user(client).is_authenticated


def test_a_closed_account_stays_closed(client: Client, provider: Provider) -> None:
    ann = verified("ann")
    ann.is_active = False
    ann.save(update_fields=["is_active"])

    assert enter(client, provider)["Location"] == reverse("account_inactive")
    assert not get_user(client).is_authenticated


@pytest.mark.parametrize(("mode", "opens", "enters"), [("open", False, True), ("closed", False, False), ("closed", True, True)])
def test_sign_up_follows_the_mode_unless_the_provider_decides(
    client: Client, provider: Provider, settings: Settings, mode: str, opens: bool, enters: bool
) -> None:
    settings.SIGNUP_MODE, settings.OIDC_SIGN_UP = mode, opens
    enter(client, provider)

    assert get_user(client).is_authenticated is enters


def test_domains_are_refused_here_too(client: Client, provider: Provider, settings: Settings) -> None:
    settings.SIGNUP_DENIED_DOMAINS = ["example.com"]
    enter(client, provider)

    assert not User.objects.exists()


@pytest.mark.parametrize(
    "claims", [{"iss": "https://other.example"}, {"aud": "somebody else"}, {"exp": 1}], ids=["issuer", "audience", "out of date"]
)
def test_a_token_that_is_not_for_us_lets_nobody_in(client: Client, provider: Provider, claims: dict[str, Any]) -> None:
    provider.claims |= claims
    answer = enter(client, provider)

    assert "did not let you in" in answer.content.decode()
    assert not User.objects.exists()


def test_a_token_signed_with_another_key_lets_nobody_in(client: Client, provider: Provider) -> None:
    provider.signing_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    enter(client, provider)

    assert not User.objects.exists()


def test_user_info_of_somebody_else_lets_nobody_in(client: Client, provider: Provider) -> None:
    provider.user_info = {"sub": "mallory"}

    assert enter(client, provider)["Location"] == reverse("account_login")
    assert not User.objects.exists()


def test_an_answer_that_nobody_asked_for_lets_nobody_in(client: Client, provider: Provider) -> None:
    started = Client().post(reverse("openid_connect_login", args=["sso"]))
    _, query = provider.approve(started["Location"])
    client.get(reverse("openid_connect_callback", args=["sso"]) + query)

    assert not User.objects.exists()


def test_looking_at_the_address_starts_nothing(client: Client, provider: Provider) -> None:
    answer = client.get(reverse("openid_connect_login", args=["sso"]))

    assert answer.status_code == 200
    assert provider.asked == []


def test_an_unknown_provider_is_not_found(client: Client, provider: Provider) -> None:
    assert client.post(reverse("openid_connect_login", args=["other"])).status_code == 404


def test_an_account_is_connected_and_disconnected_under_security(client: Client, provider: Provider) -> None:
    ann = make_user("ann")
    client.post(reverse("account_login"), {"login": ann.email, "password": PASSWORD})
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    enter(client, provider, "connect")
    account = SocialAccount.objects.get(user=ann)
    assert "Disconnect" in client.get(reverse("socialaccount_connections")).content.decode()

    client.post(reverse("socialaccount_connections"), {"account": account.pk})
    assert not SocialAccount.objects.exists()
    assert AuditLog.objects.filter(action=AuditAction.PROVIDER_DISCONNECTED).exists()


@pytest.mark.parametrize(
    ("issuer", "client_id", "setting"), [("login.example.com", "x", "OIDC_ISSUER"), ("https://x.example", "", "OIDC_CLIENT_ID")]
)
def test_half_a_configuration_names_the_setting(issuer: str, client_id: str, setting: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=setting):
        connections.openid(issuer=issuer, client_id=client_id, client_secret="", name="x")


@pytest.mark.parametrize(
    ("issuer", "origins"),
    [("https://login.example.com/realms/main", ["https://login.example.com"]), ("http://[::1]:8080/x", ["http://[::1]:8080"]), ("", [])],
)
def test_browsers_may_be_led_to_the_provider_and_nowhere_else(issuer: str, origins: list[str]) -> None:
    assert connections.origins(issuer) == origins
