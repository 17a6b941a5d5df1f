"""Suggestions meet the rules, and what is missing is said while somebody types."""

from collections import Counter

import pytest
from django.contrib.auth.password_validation import validate_password
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from apps.accounts.models import User
from apps.accounts.passwords.suggestions import requirements, suggest_password
from tests.cast import LogIn


def test_every_suggestion_meets_every_rule() -> None:
    for _ in range(300):
        validate_password(suggest_password(), User(email="ann@example.com", full_name="Ann"))


def test_suggestions_are_as_long_as_the_rules_ask_for(settings: Settings) -> None:
    settings.PASSWORD_MIN_LENGTH = 30

    assert len(suggest_password()) >= 30


def test_suggestions_are_random_and_hold_no_characters_that_look_alike() -> None:
    many = [suggest_password() for _ in range(300)]
    counts = Counter("".join(many).replace("-", ""))

    assert len(set(many)) == 300
    assert not set("0Oo1Il") & set(counts)
    # 300 * 20 characters out of 56: 107 of each on average.
    assert len(counts) == 56
    assert all(50 < count < 190 for count in counts.values())


def test_the_page_names_what_is_needed(settings: Settings) -> None:
    assert requirements() == "Needs 8 characters or more, an upper case letter, a digit and a special character, such as a dash or a space."

    settings.PASSWORD_UPPER_CASE = settings.PASSWORD_DIGIT = settings.PASSWORD_SPECIAL_CHARACTER = False
    assert requirements() == "Needs 8 characters or more."
    settings.PASSWORD_MIN_LENGTH = 0
    assert requirements() == ""


def said(client: Client, **fields: str) -> str:
    answer = client.post(reverse("passwords:strength"), fields)
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    return answer.content.decode()


@pytest.mark.django_db
def test_a_password_is_judged_in_words_as_it_is_typed(client: Client) -> None:
    assert "too short" in said(client, password1="Ab1-")
    assert "no digit" in said(client, password1="Correct horse")
    assert "can be used" in said(client, password1="Correct horse 4")
    assert said(client, password1="").strip() == ""


@pytest.mark.django_db
def test_the_address_in_the_form_counts(client: Client) -> None:
    assert "too similar" in said(client, password1="Ann.example 1", email="ann.example@example.com")


@pytest.mark.django_db
def test_the_address_of_who_is_logged_in_counts(logged_in: LogIn, stranger: User) -> None:
    assert "too similar" in said(logged_in(stranger), password1="Stranger 1")


@pytest.mark.django_db
def test_a_typed_password_is_never_sent_back(client: Client) -> None:
    assert "Secret word 99" not in said(client, password1="Secret word 99")


@pytest.mark.django_db
def test_a_suggestion_is_handed_out_and_kept_nowhere(client: Client) -> None:
    answer = client.post(reverse("passwords:suggestion"))

    assert "no-store" in answer["Cache-Control"]
    assert b"data-take" in answer.content
    assert client.get(reverse("passwords:suggestion")).status_code == 405


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["account_signup"])
def test_forms_for_a_new_password_offer_one(client: Client, name: str) -> None:
    page = client.get(reverse(name)).content.decode()

    assert "Suggest a password" in page
    assert "Needs 8 characters or more" in page
