"""Ways in that need a browser: passkeys, and fields for a new password."""

from collections.abc import Iterator

import pytest
from allauth.account.models import EmailAddress
from playwright.sync_api import BrowserContext, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from apps.accounts.models import User
from tests.cast import PASSWORD, make_user
from tests.web.conftest import OpenBrowser
from tests.web.pages import Complaints

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, databases=["default", "clickhouse"])]

_AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def ann(live_server: LiveServer) -> User:
    user = make_user("ann")
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


@pytest.fixture
def site(live_server: LiveServer, settings: Settings) -> str:
    """Passkeys want a name, not an address."""
    url = str(live_server.url).replace("127.0.0.1", "localhost")
    settings.PUBLIC_URL = url
    settings.ALLOWED_HOSTS = ["localhost"]
    settings.MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True
    settings.LOGIN_REDIRECT_URL = "/account/profile/"
    return url


@pytest.fixture
def window(browse: OpenBrowser) -> Iterator[BrowserContext]:
    context = browse()
    complaints = Complaints(context)
    yield context
    assert complaints == []


def test_a_passkey_lets_its_owner_in_without_a_password(window: BrowserContext, site: str, ann: User) -> None:
    page = window.new_page()
    device = window.new_cdp_session(page)
    device.send("WebAuthn.enable")
    device.send("WebAuthn.addVirtualAuthenticator", {"options": _AUTHENTICATOR})
    page.goto(f"{site}/accounts/login/")
    page.get_by_label("E-mail").fill(ann.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in", exact=True).click()
    page.wait_for_url("**/account/profile/")

    page.goto(f"{site}/accounts/2fa/webauthn/add/")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("button", name="Add passkey").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()

    page.goto(f"{site}/accounts/logout/")
    page.get_by_role("main").get_by_role("button", name="Log out").click()
    page.goto(f"{site}/accounts/login/")
    page.get_by_role("button", name="Log in with a passkey").click()
    page.wait_for_url("**/account/profile/")
    expect(page.get_by_text("You log in as ann@example.com")).to_be_visible()


def test_a_browser_without_a_passkey_says_so(window: BrowserContext, site: str, ann: User) -> None:
    page = window.new_page()
    device = window.new_cdp_session(page)
    device.send("WebAuthn.enable")
    device.send("WebAuthn.addVirtualAuthenticator", {"options": {**_AUTHENTICATOR, "isUserVerified": False}})
    page.goto(f"{site}/accounts/login/")
    page.get_by_role("button", name="Log in with a passkey").click()

    expect(page.get_by_text("That did not work")).to_be_visible()


def test_a_password_is_judged_as_it_is_typed_and_a_suggestion_is_taken_over(window: BrowserContext, site: str) -> None:
    page = window.new_page()
    page.goto(f"{site}/accounts/signup/")
    field = page.get_by_label("Password")
    field.press_sequentially("abc")
    expect(page.get_by_text("too short")).to_be_visible()

    page.get_by_role("button", name="Suggest a password").click()
    page.get_by_role("button", name="Use it").click()
    expect(page.get_by_text("can be used")).to_be_visible()
    assert len(field.input_value()) == 24
