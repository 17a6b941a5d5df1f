"""Where somebody is logged in, and how that ends."""

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.auth import get_user
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from apps.accounts.audit.actions import AuditAction
from apps.accounts.models import AuditLog, User
from apps.accounts.sessions import end_all_sessions
from apps.accounts.sessions.selectors import device_in_words
from apps.accounts.tokens import families
from apps.accounts.tokens.errors import TokenRefused
from tests.cast import PASSWORD, make_user

pytestmark = pytest.mark.django_db

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0"
PHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 "
    "Mobile/15E148 Safari/604.1"
)


def entered(user: User, *, address: str, agent: str) -> Client:
    client = Client(REMOTE_ADDR=address, HTTP_USER_AGENT=agent)
    client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
    assert get_user(client) == user
    return client


@pytest.fixture
def laptop(stranger: User) -> Client:
    return entered(stranger, address="203.0.113.1", agent=FIREFOX)


@pytest.fixture
def phone(stranger: User) -> Client:
    return entered(stranger, address="203.0.113.2", agent=PHONE)


def session_of(client: Client) -> UserSession:
    return UserSession.objects.get(session_key=client.session.session_key)


def test_the_page_lists_devices_in_words_with_their_addresses(laptop: Client, phone: Client) -> None:
    page = laptop.get(reverse("sessions:list")).content.decode()

    assert "Firefox on Linux" in page
    assert "Mobile Safari on iOS" in page
    assert "203.0.113.2" in page
    assert page.index("this browser") < page.index("203.0.113.2")


def test_another_browser_is_logged_out_from_here(laptop: Client, phone: Client, stranger: User) -> None:
    laptop.post(reverse("sessions:end", args=[session_of(phone).pk]))

    assert not get_user(phone).is_authenticated
    assert get_user(laptop) == stranger
    assert AuditLog.objects.filter(action=AuditAction.SESSION_ENDED, actor_id=stranger.pk).count() == 1


def test_all_others_are_logged_out_at_once(laptop: Client, phone: Client, stranger: User) -> None:
    laptop.post(reverse("sessions:end_others"))

    assert not get_user(phone).is_authenticated
    assert get_user(laptop) == stranger
    stranger.refresh_from_db()
    assert stranger.token_version == 1


def test_the_session_of_somebody_else_is_like_a_missing_one(laptop: Client) -> None:
    other = entered(make_user("other"), address="203.0.113.9", agent=FIREFOX)
    theirs = laptop.post(reverse("sessions:end", args=[session_of(other).pk]))
    missing = laptop.post(reverse("sessions:end", args=[999_999]))

    assert (theirs.status_code, missing.status_code) == (404, 404)
    assert get_user(other).is_authenticated


@pytest.mark.parametrize("name", ["sessions:list", "profile:edit", "mfa_index"])
def test_who_is_not_logged_in_is_asked_to(client: Client, name: str) -> None:
    assert client.get(reverse(name))["Location"].startswith(reverse("account_login"))


def test_ending_everything_ends_each_session_and_voids_tokens(laptop: Client, phone: Client, stranger: User) -> None:
    assert end_all_sessions(stranger) == 2

    assert not get_user(laptop).is_authenticated
    assert not get_user(phone).is_authenticated
    assert stranger.token_version == 1


def test_a_changed_password_voids_tokens_and_other_sessions(laptop: Client, phone: Client, stranger: User) -> None:
    laptop.post(reverse("account_change_password"), {"oldpassword": PASSWORD, "password1": "Another horse battery 5"})

    stranger.refresh_from_db()
    assert stranger.token_version == 1
    assert not get_user(phone).is_authenticated
    assert get_user(laptop) == stranger
    assert "Firefox on Linux" in laptop.get(reverse("sessions:list")).content.decode()


def test_a_session_shows_where_it_was_seen_last(laptop: Client, settings: Settings) -> None:
    settings.SESSION_SEEN_SECONDS = 60
    laptop.defaults["REMOTE_ADDR"] = "198.51.100.7"
    laptop.get(reverse("profile:edit"))
    assert session_of(laptop).ip == "198.51.100.7"

    laptop.defaults["REMOTE_ADDR"] = "198.51.100.8"
    laptop.get(reverse("profile:edit"))
    assert session_of(laptop).ip == "198.51.100.7"


def test_allauths_own_list_leads_to_ours(laptop: Client) -> None:
    assert laptop.get("/accounts/sessions/")["Location"] == reverse("sessions:list")


@pytest.mark.parametrize(
    ("agent", "words"), [(FIREFOX, "Firefox on Linux"), ("curl/8.14.1", "curl"), ("", "Unknown browser"), ("\0\ud800", "Unknown browser")]
)
def test_devices_are_named_in_words(agent: str, words: str) -> None:
    assert device_in_words(agent) == words


def test_a_name_is_saved_and_recorded(laptop: Client, stranger: User) -> None:
    laptop.post(reverse("profile:edit"), {"full_name": "Sam Stranger"})

    stranger.refresh_from_db()
    assert stranger.full_name == "Sam Stranger"
    assert AuditLog.objects.get(action=AuditAction.USER_UPDATED).after == {"full_name": "Sam Stranger"}


def test_a_name_that_is_too_long_is_refused(laptop: Client, stranger: User) -> None:
    assert laptop.post(reverse("profile:edit"), {"full_name": "x" * 151}).status_code == 200

    stranger.refresh_from_db()
    assert stranger.full_name == ""


def test_programs_are_listed_and_logged_out_from_here(laptop: Client, stranger: User) -> None:
    tokens = families.issue(stranger, families.Client("198.51.100.7", "curl/8.14.1"), now=timezone.now())
    page = laptop.get(reverse("sessions:list")).content.decode()
    assert "curl/8.14.1" in page
    assert "198.51.100.7" in page

    laptop.post(reverse("sessions:end_client", args=[tokens.family_id]))
    assert "curl/8.14.1" not in laptop.get(reverse("sessions:list")).content.decode()
    with pytest.raises(TokenRefused):
        families.authenticate(tokens.access, now=timezone.now())


def test_programs_go_with_all_sessions(laptop: Client, stranger: User) -> None:
    families.issue(stranger, families.Client("198.51.100.7", "curl/8.14.1"), now=timezone.now())
    laptop.post(reverse("sessions:end_others"))

    assert "curl/8.14.1" not in laptop.get(reverse("sessions:list")).content.decode()
