"""Neither words nor times of answers tell who has an account. bench/account_times measures it 500 times."""

import time
from statistics import median

import pytest
from django.conf import settings as product
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from shortener_project.settings import base
from tests.cast import PASSWORD, make_user

pytestmark = pytest.mark.django_db


def seconds(name: str, fields: dict[str, str]) -> float:
    client = Client()
    began = time.perf_counter()
    assert client.post(reverse(name), fields).status_code in {200, 302}
    return time.perf_counter() - began


@pytest.mark.parametrize("name", ["account_signup", "account_reset_password"])
def test_answers_are_held_until_their_time_has_come(settings: Settings, name: str) -> None:
    settings.EVEN_ANSWER_SECONDS = 0.3

    assert seconds(name, {"email": "not an address"}) >= 0.3
    began = time.perf_counter()
    Client().get(reverse(name))
    assert time.perf_counter() - began < 0.3


def test_a_log_in_hashes_a_password_in_any_case(settings: Settings) -> None:
    settings.PASSWORD_HASHERS = base.PASSWORD_HASHERS
    settings.PASSWORD_COST = 10
    settings.LOCKOUT_ATTEMPTS = 10
    make_user("known")
    closed = make_user("closed", is_active=False)
    for _ in range(10):
        Client().post(reverse("account_login"), {"login": "locked@example.com", "password": PASSWORD})

    def usual(email: str) -> float:
        return median(seconds("account_login", {"login": email, "password": "Wrong horse battery 4"}) for _ in range(5))

    known = usual("known@example.com")
    # A try without a hash takes a tenth of that; machines that run tests are busy.
    for email in ("unknown@example.com", closed.email, "locked@example.com"):
        assert usual(email) > known / 3


def test_the_product_holds_its_answers_longer_than_a_hash_takes() -> None:
    assert base.EVEN_ANSWER_SECONDS >= 0.5
    assert "apps.accounts.even_answers.EvenAnswersMiddleware" in product.MIDDLEWARE
