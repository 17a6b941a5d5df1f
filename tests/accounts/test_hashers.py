"""Passwords are stored by BCrypt over SHA-256, at the cost that is set."""

import pytest
from django.conf import LazySettings
from django.contrib.auth import get_user
from django.contrib.auth.hashers import check_password, identify_hasher, make_password
from django.test import Client
from django.urls import reverse

from shortener_project.settings import base
from tests.cast import make_user


@pytest.fixture(autouse=True)
def product_hashers(settings: LazySettings) -> None:
    settings.PASSWORD_HASHERS = base.PASSWORD_HASHERS
    settings.PASSWORD_COST = 4


def test_the_end_of_a_long_password_counts() -> None:
    stored = make_password("x" * 100 + "a")
    assert stored.startswith("bcrypt_sha256$$2b$04$")
    assert check_password("x" * 100 + "a", stored)
    assert not check_password("x" * 100 + "b", stored)


def test_another_cost_is_taken_up_at_the_next_log_in(settings: LazySettings) -> None:
    stored = make_password("secret")
    settings.PASSWORD_COST = 5
    assert identify_hasher(stored).must_update(stored)
    anew: list[str] = []
    assert check_password("secret", stored, setter=anew.append)
    assert anew == ["secret"]


@pytest.mark.django_db
@pytest.mark.parametrize("algorithm", ["pbkdf2_sha256", "pbkdf2_sha1", "argon2", "scrypt", "bcrypt"])
def test_a_hash_from_elsewhere_lets_its_owner_in_and_is_replaced(algorithm: str, client: Client) -> None:
    user = make_user("ann")
    user.password = make_password("a password", hasher=algorithm)
    user.save(update_fields=["password"])

    client.post(reverse("account_login"), {"login": user.email, "password": "a password"})

    assert get_user(client) == user
    user.refresh_from_db()
    assert user.password.startswith("bcrypt_sha256$")
    assert user.check_password("a password")
