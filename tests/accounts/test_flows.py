"""Sign-up, log-in, log-out, verification and reset, as a browser does them."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.contrib import auth
from django.core import mail
from django.core.mail import EmailMessage
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from apps.accounts.lockout.attempts import get_lockout
from apps.accounts.models import Membership, Role, User
from tests.cast import PASSWORD, LogIn, make_user

pytestmark = pytest.mark.django_db

DASHBOARD = "/dashboard/"
NEW_PASSWORD = "Another horse battery 5"


@pytest.fixture(autouse=True)
def public_site(settings: Settings) -> None:
    settings.PUBLIC_URL = "https://links.example.com"
    settings.ALLOWED_HOSTS = ["testserver", "evil.example.net"]
    settings.LOGIN_REDIRECT_URL = DASHBOARD


def post(client: Client, name: str, data: Mapping[str, Any], **extra: Any) -> HttpResponse:
    answer = client.post(reverse(name), data, **extra)
    assert isinstance(answer, HttpResponse)
    return answer


def log_in(client: Client, email: str, password: str, **extra: Any) -> HttpResponse:
    return post(client, "account_login", {"login": email, "password": password}, **extra)


def change_email(client: Client, email: str) -> HttpResponse:
    """Ask for another address; the site wants to see the password again first, and then goes on by itself."""
    asked = post(client, "account_email", {"email": email, "action_add": ""})
    assert asked["Location"].startswith(reverse("account_reauthenticate"))
    answer = client.post(asked["Location"], {"password": PASSWORD}, follow=True)
    assert isinstance(answer, HttpResponse)
    return answer


def user_of(client: Client) -> Any:
    return auth.get_user(client)


def link_in(message: EmailMessage) -> str:
    found = re.search(r"https?://\S+", str(message.body))
    assert found, message.body
    return found.group()


def path_of(link: str) -> str:
    assert link.startswith("https://links.example.com/"), link
    return link.removeprefix("https://links.example.com")


def test_a_newcomer_lands_logged_in_on_the_dashboard(client: Client) -> None:
    answer = post(client, "account_signup", {"email": "New@Example.com", "password1": PASSWORD})

    assert answer.status_code == 302
    assert answer["Location"] == DASHBOARD
    user = User.objects.get(email="new@example.com")
    assert user_of(client) == user
    assert Membership.objects.filter(user=user, workspace=user.personal_workspace, role=Role.OWNER).exists()


def test_the_newcomer_is_asked_for_verification_by_a_readable_mail(client: Client) -> None:
    post(client, "account_signup", {"email": "new@example.com", "password1": PASSWORD})

    [message] = mail.outbox
    assert message.subject == "Verify your e-mail address"
    assert message.to == ["new@example.com"]
    assert "links.example.com" in message.body
    assert "&" not in message.body


def test_following_the_mail_and_saying_yes_verifies_the_address(client: Client) -> None:
    post(client, "account_signup", {"email": "new@example.com", "password1": PASSWORD})
    path = path_of(link_in(mail.outbox[0]))

    assert b"new@example.com" in client.get(path).content
    assert not EmailAddress.objects.get(email="new@example.com").verified
    client.post(path)
    assert EmailAddress.objects.get(email="new@example.com").verified


def test_a_broken_verification_link_says_so(client: Client) -> None:
    answer = client.get("/accounts/confirm-email/nonsense/")

    assert b"works no more" in answer.content


@pytest.mark.parametrize("password", ["short7!", "password123", "9182736450", "ann.example"])
def test_weak_passwords_are_refused_with_a_reason(client: Client, password: str) -> None:
    answer = post(client, "account_signup", {"email": "ann.example@example.com", "password1": password})

    assert answer.status_code == 200
    assert not User.objects.exists()


def test_a_password_of_64_characters_with_spaces_and_marks_works(client: Client) -> None:
    password = "  Ünïcode — " * 5 + "64!!"
    post(client, "account_signup", {"email": "new@example.com", "password1": password})
    client.logout()

    assert log_in(client, "new@example.com", password).status_code == 302


def test_an_address_with_an_account_cannot_sign_up_again(client: Client) -> None:
    make_user("ann")
    answer = post(client, "account_signup", {"email": "ANN@example.com", "password1": PASSWORD})

    assert answer.status_code == 200
    assert "This e-mail address is in use" in answer.content.decode()
    assert User.objects.count() == 1


def test_with_verification_required_sign_up_answers_the_same_for_known_and_unknown(client: Client, settings: Settings) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    make_user("ann")
    known = post(client, "account_signup", {"email": "ann@example.com", "password1": PASSWORD})
    unknown = post(Client(), "account_signup", {"email": "bob@example.com", "password1": PASSWORD})

    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    assert not user_of(client).is_authenticated
    assert [message.subject for message in mail.outbox] == ["You have an account already", "Verify your e-mail address"]


def test_two_sign_ups_at_once_make_one_account(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    # What the form saw before the other sign-up was stored.
    monkeypatch.setattr("allauth.account.internal.flows.manage_email.assess_unique_email", lambda *_args, **_kwargs: True)
    make_user("ann")
    answer = post(client, "account_signup", {"email": "ann@example.com", "password1": PASSWORD})

    assert answer["Location"] == reverse("account_login")
    assert User.objects.count() == 1


def test_log_in_works_whatever_the_case_of_the_address(client: Client) -> None:
    user = make_user("ann")

    assert log_in(client, "ANN@Example.com", PASSWORD)["Location"] == DASHBOARD
    assert user_of(client) == user


def test_log_in_answers_the_same_for_a_wrong_password_and_an_unknown_address(client: Client) -> None:
    make_user("ann")
    token = re.compile(rb'value="[^"]*"|[0-9a-f]{32}')
    wrong = log_in(client, "ann@example.com", "wrong password")
    unknown = log_in(Client(), "bob@example.com", "wrong password")

    assert (wrong.status_code, token.sub(b"", wrong.content)) == (unknown.status_code, token.sub(b"", unknown.content))


def test_a_closed_account_cannot_log_in(client: Client, inactive: User) -> None:
    answer = log_in(client, inactive.email, PASSWORD)

    assert answer["Location"] == reverse("account_inactive")
    assert not user_of(client).is_authenticated


def test_closing_an_account_ends_its_sessions(logged_in: LogIn, stranger: User) -> None:
    client = logged_in(stranger)
    stranger.is_active = False
    stranger.save(update_fields=["is_active"])

    assert not user_of(client).is_authenticated


def test_asking_for_the_log_out_page_does_not_log_out(logged_in: LogIn, stranger: User) -> None:
    client = logged_in(stranger)

    assert client.get(reverse("account_logout")).status_code == 200
    assert user_of(client).is_authenticated
    assert post(client, "account_logout", {})["Location"] == "/"
    assert not user_of(client).is_authenticated


def test_a_reset_link_sets_a_new_password_once(client: Client, stranger: User) -> None:
    post(client, "account_reset_password", {"email": "Stranger@example.com"})
    path = path_of(link_in(mail.outbox[0]))
    form = client.get(path)["Location"]
    answer = client.post(form, {"password1": NEW_PASSWORD})

    assert answer["Location"] == reverse("account_reset_password_from_key_done")
    assert log_in(client, stranger.email, NEW_PASSWORD).status_code == 302
    assert b"works no more" in Client().get(path).content


def test_a_reset_answers_the_same_for_known_and_unknown_addresses(client: Client, stranger: User) -> None:
    known = post(client, "account_reset_password", {"email": stranger.email})
    unknown = post(Client(), "account_reset_password", {"email": "nobody@example.com"})

    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    assert [message.subject for message in mail.outbox] == ["Reset your password", "No account with this e-mail address"]


def test_a_reset_ends_all_sessions_and_tells_the_owner(client: Client, logged_in: LogIn, stranger: User) -> None:
    elsewhere = logged_in(stranger)
    post(client, "account_reset_password", {"email": stranger.email})
    client.post(client.get(path_of(link_in(mail.outbox[0])))["Location"], {"password1": NEW_PASSWORD})

    assert not user_of(elsewhere).is_authenticated
    assert mail.outbox[-1].subject == "Your password was reset"


def test_a_changed_password_keeps_this_session_and_ends_the_others(client: Client, logged_in: LogIn, stranger: User) -> None:
    elsewhere = logged_in(stranger)
    log_in(client, stranger.email, PASSWORD)
    post(client, "account_change_password", {"oldpassword": PASSWORD, "password1": NEW_PASSWORD})

    assert user_of(client) == stranger
    assert not user_of(elsewhere).is_authenticated


@pytest.mark.parametrize("name", ["account_signup", "account_reset_password"])
@pytest.mark.parametrize("verification", ["optional", "mandatory"])
def test_links_in_mails_begin_with_the_public_url_whatever_host_was_asked(
    client: Client, settings: Settings, stranger: User, name: str, verification: str
) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = verification
    for email in (stranger.email, "nobody@example.com"):
        post(client, name, {"email": email, "password1": PASSWORD}, headers={"host": "evil.example.net"})
        client.logout()

    assert mail.outbox
    for message in mail.outbox:
        assert "evil" not in f"{message.subject} {message.body}"
        for link in re.findall(r"https?://\S+", str(message.body)):
            path_of(link)


def test_a_slip_in_the_address_is_put_right_at_once_while_it_is_not_verified(client: Client) -> None:
    post(client, "account_signup", {"email": "anm@example.com", "password1": PASSWORD})
    change_email(client, "ann@example.com")

    user = User.objects.get()
    assert user.email == "ann@example.com"
    assert list(EmailAddress.objects.values_list("email", "primary", "verified")) == [("ann@example.com", True, False)]
    assert mail.outbox[-1].to == ["ann@example.com"]


def test_a_slip_cannot_be_put_right_to_an_address_in_use(client: Client, stranger: User) -> None:
    post(client, "account_signup", {"email": "anm@example.com", "password1": PASSWORD})
    answer = post(client, "account_email", {"email": "STRANGER@example.com", "action_add": ""})

    assert "in use" in answer.content.decode()
    assert User.objects.filter(email="anm@example.com").exists()


def test_a_verified_address_stays_the_log_in_until_the_new_one_is_verified(client: Client, stranger: User) -> None:
    EmailAddress.objects.create(user=stranger, email=stranger.email, verified=True, primary=True)
    log_in(client, stranger.email, PASSWORD)
    change_email(client, "new@example.com")
    stranger.refresh_from_db()
    assert stranger.email == "stranger@example.com"

    client.post(path_of(link_in(mail.outbox[-1])))
    stranger.refresh_from_db()
    assert stranger.email == "new@example.com"
    assert mail.outbox[-1].subject == "Your e-mail address was changed"
    assert mail.outbox[-1].to == ["stranger@example.com"]


def test_an_address_that_somebody_took_meanwhile_is_not_verified(client: Client, stranger: User) -> None:
    EmailAddress.objects.create(user=stranger, email=stranger.email, verified=True, primary=True)
    log_in(client, stranger.email, PASSWORD)
    change_email(client, "new@example.com")
    make_user("new")

    answer = client.post(path_of(link_in(mail.outbox[-1])))

    assert answer.status_code == 302
    assert "another account has it" in client.get(reverse("account_email")).content.decode()
    stranger.refresh_from_db()
    assert stranger.email == "stranger@example.com"
    assert not EmailAddress.objects.get(email="new@example.com").verified


def test_nothing_changes_before_the_password_was_given_again(logged_in: LogIn, stranger: User) -> None:
    post(logged_in(stranger), "account_email", {"email": "new@example.com", "action_add": ""})

    assert not EmailAddress.objects.filter(email="new@example.com").exists()


def test_failed_log_ins_are_limited_by_account_whatever_host_is_asked(client: Client, stranger: User) -> None:
    for host in ("testserver", "evil.example.net") * 4:
        log_in(client, stranger.email, "wrong password", headers={"host": host})

    log_in(client, stranger.email, PASSWORD)
    assert not user_of(client).is_authenticated


def test_the_limit_counts_clients_behind_trusted_proxies_apart(settings: Settings) -> None:
    settings.TRUSTED_PROXIES = ["10.0.0.0/8"]

    def sign_ups(forwarded_for: str, times: int) -> int:
        client = Client(REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR=forwarded_for)
        return [post(client, "account_signup", {"email": "not an address"}).status_code for _ in range(times)][-1]

    assert sign_ups("203.0.113.1", 21) == 429
    assert sign_ups("203.0.113.2", 1) == 200
    assert sign_ups("198.51.100.9, 203.0.113.1", 1) == 429


PAGES = [
    "account_login", "account_signup", "account_logout", "account_reset_password", "account_reset_password_done",
    "account_reset_password_from_key_done", "account_change_password", "account_email", "account_reauthenticate",
    "account_email_verification_sent", "account_inactive",
]  # fmt: skip


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("who", ["anonymous", "stranger"])
def test_every_account_page_shows_or_leads_elsewhere(logged_in: LogIn, stranger: User, name: str, who: str) -> None:
    client = logged_in(stranger) if who == "stranger" else Client()

    assert client.get(reverse(name)).status_code in {200, 302}


@pytest.fixture
def no_redis(settings: Settings) -> Iterator[None]:
    settings.REDIS_URL = "redis://127.0.0.1:1"
    settings.CACHES = {name: {**cache, "LOCATION": settings.REDIS_URL} for name, cache in settings.CACHES.items()}
    get_lockout.cache_clear()
    yield
    get_lockout.cache_clear()


def test_without_redis_people_log_in_and_work(no_redis: None, client: Client, stranger: User) -> None:
    assert log_in(client, stranger.email, PASSWORD)["Location"] == DASHBOARD
    assert client.get(reverse("account_change_password")).status_code == 200

    post(client, "account_logout", {})
    assert not user_of(client).is_authenticated


def test_without_redis_guesses_are_limited_all_the_same(no_redis: None, client: Client, stranger: User) -> None:
    for _ in range(5):
        log_in(client, stranger.email, "wrong password")

    assert log_in(client, stranger.email, PASSWORD).status_code == 200
    assert not user_of(client).is_authenticated


def test_without_redis_sign_ups_are_limited_all_the_same(no_redis: None) -> None:
    client = Client(REMOTE_ADDR="203.0.113.77")

    assert [post(client, "account_signup", {"email": "none"}).status_code for _ in range(21)] == [200] * 20 + [429]
