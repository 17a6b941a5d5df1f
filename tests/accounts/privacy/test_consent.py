"""Texts that people agree to: at sign-up, and after each new version."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from apps.accounts.models import AuditLog, Consent, ConsentText, User
from apps.accounts.privacy import consent
from tests.cast import PASSWORD, LogIn

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
SIGN_UP = reverse("account_signup")
LOG_IN = reverse("account_login")
PAGE = reverse("consent")
NEW = {"email": "new@example.com", "password1": PASSWORD + "A1!", "password2": PASSWORD + "A1!"}

Publish = Callable[..., ConsentText]


@pytest.fixture
def publish() -> Publish:
    return lambda kind="terms", text="Be kind.": consent.publish(text=ConsentText(kind=kind, text=text))


def test_versions_of_a_kind_are_counted(publish: Publish) -> None:
    assert [publish(kind).version for kind in ("terms", "terms", "privacy", "terms")] == [1, 2, 1, 3]
    assert sorted((text.kind, text.version) for text in consent.texts_in_force()) == [("privacy", 1), ("terms", 3)]


def test_nothing_is_asked_while_nothing_is_published(logged_in: LogIn, owner: User) -> None:
    assert "consent" not in Client().get(SIGN_UP).content.decode()
    assert logged_in(owner).get(reverse("links:list")).status_code == 200


def test_sign_up_shows_what_is_in_force_and_insists_on_it(publish: Publish) -> None:
    publish("terms")
    publish("privacy")
    client = Client()

    page = client.get(SIGN_UP).content.decode()
    refused = client.post(SIGN_UP, {**NEW, "consent_terms": "on"})

    assert reverse("legal", args=["terms"]) in page
    assert 'name="consent_privacy"' in page
    assert "Tick this box to go on." in refused.content.decode()
    assert not User.objects.filter(email="new@example.com").exists()


def test_who_signs_up_is_not_asked_again(publish: Publish) -> None:
    text = publish("terms")
    client = Client()

    client.post(SIGN_UP, {**NEW, "consent_terms": "on"})

    agreed = Consent.objects.get()
    assert (agreed.user.email, agreed.text, agreed.address) == ("new@example.com", text, "127.0.0.1")
    assert client.get(reverse("links:list")).status_code == 200


def test_a_log_in_after_a_new_version_asks_and_then_goes_on(publish: Publish, owner: User) -> None:
    first = publish("terms")
    consent.agree(user=owner, texts=[first], now=NOW)
    second = publish("terms")
    client = Client()
    client.post(LOG_IN, {"login": owner.email, "password": PASSWORD})
    target = reverse("links:list") + "?sort=created_at"

    sent = client.get(target)
    page = client.get(sent.headers["Location"])
    refused = client.post(PAGE, {"next": target})
    agreed = client.post(PAGE, {"next": target, "consent_terms": "on"})

    assert sent.headers["Location"].startswith(PAGE)
    assert f'value="{target}"' in page.content.decode()
    assert refused.status_code == 422
    assert agreed.headers["Location"] == target
    assert client.get(target).status_code == 200
    assert set(Consent.objects.values_list("text", flat=True)) == {first.pk, second.pk}
    assert AuditLog.objects.filter(action="user.consent_given").latest("id").after == {"text": "terms", "version": 2}


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_it_goes_on_nowhere_else(publish: Publish, logged_in: LogIn, owner: User, elsewhere: str) -> None:
    publish("terms")

    assert logged_in(owner).post(PAGE, {"next": elsewhere, "consent_terms": "on"}).headers["Location"] == "/"


def test_who_owes_an_answer_may_read_leave_and_log_out(publish: Publish, logged_in: LogIn, owner: User) -> None:
    publish("terms")
    client = logged_in(owner)

    for path in (reverse("legal", args=["terms"]), reverse("privacy:index"), reverse("account_logout")):
        assert client.get(path).status_code == 200
    assert client.get(reverse("links:list")).status_code == 302
    assert client.post(reverse("links:create")).headers["Location"] == f"{PAGE}?next=%2F"
    assert client.get(reverse("links:list"), headers={"HX-Request": "true"}).headers["HX-Redirect"] == PAGE


def test_a_session_that_was_there_before_the_text_goes_on(publish: Publish, logged_in: LogIn, owner: User) -> None:
    client = logged_in(owner)
    publish("terms")

    assert client.get(reverse("links:list")).status_code == 200


def test_pages_for_people_without_a_session_do_not_depend_on_one() -> None:
    assert settings.SESSION_COOKIE_NAME not in Client().get("/healthz").headers.get("Vary", "")
    assert "Cookie" not in Client().get("/no/such/page/").headers.get("Vary", "")


def test_agreeing_twice_is_noted_once(publish: Publish, owner: User) -> None:
    text = publish("terms")

    for _ in range(2):
        consent.agree(user=owner, texts=[text], now=NOW)

    assert Consent.objects.count() == 1
    assert AuditLog.objects.count() == 1


def test_the_text_in_force_is_there_for_everybody(publish: Publish) -> None:
    publish("terms", "First.")
    publish("terms", "See https://example.com/\n\n<script>alert(1)</script>")

    page = Client().get(reverse("legal", args=["terms"])).content.decode()

    assert 'href="https://example.com/"' in page
    assert "&lt;script&gt;alert(1)" in page
    assert "First." not in page
    assert Client().get(reverse("legal", args=["privacy"])).status_code == 404
    assert Client().get(reverse("legal", args=["other"])).status_code == 404


def test_looking_for_texts_costs_one_query_while_there_are_none(owner: User, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(1):
        assert consent.texts_to_agree_to(owner) == []


def test_a_text_is_published_in_the_back_office_and_never_changed(logged_in: LogIn) -> None:
    root = logged_in(User.objects.create_superuser("root@example.com", "x"))
    root.post(reverse("admin:accounts_consenttext_add"), {"kind": "terms", "text": "Be kind."})
    text = ConsentText.objects.get()

    changed = root.post(reverse("admin:accounts_consenttext_change", args=[text.pk]), {"kind": "terms", "text": "x"})
    deleted = root.post(reverse("admin:accounts_consenttext_delete", args=[text.pk]), {"post": "yes"})

    assert (text.version, changed.status_code, deleted.status_code) == (1, 403, 403)
    row = AuditLog.objects.get(action="consent_text.published")
    assert (row.actor_label, row.target_label) == ("root@example.com", "Terms of use · 1")
