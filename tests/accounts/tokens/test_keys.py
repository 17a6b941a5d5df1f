"""Keys that tokens are signed with, and how one follows another."""

import json
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from jwt.algorithms import RSAAlgorithm
from pytest_django import Settings

from apps.accounts.tokens import families, rotation
from apps.accounts.tokens.checks import jwt_keys
from apps.accounts.tokens.errors import TokenRefused
from apps.accounts.tokens.keys import key_ring
from apps.accounts.tokens.signed import AccessToken
from tests.cast import make_user

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def folder(settings: Settings, tmp_path: Path) -> Path:
    settings.JWT_KEYS_DIR = tmp_path / "jwt"
    return Path(settings.JWT_KEYS_DIR)


def kid_of(token: object) -> str:
    return str(jwt.get_unverified_header(str(token))["kid"])


def test_the_first_key_is_made_by_itself_and_private(folder: Path) -> None:
    [key] = key_ring().keys

    assert key.path.parent == folder
    assert key.path.stat().st_mode & 0o777 == 0o600
    assert folder.stat().st_mode & 0o777 == 0o700
    assert key_ring().keys[0].kid == key.kid


def test_in_a_folder_that_was_set_no_key_is_made(settings: Settings) -> None:
    settings.JWT_KEYS_ARE_OURS = False

    with pytest.raises(ImproperlyConfigured, match="JWT_KEYS_DIR: no key"):
        key_ring()
    assert [message.id for message in jwt_keys()] == ["shortener.E021"]


@pytest.mark.django_db
def test_a_key_is_published_before_it_signs(client: Client) -> None:
    [old] = key_ring().keys
    new = rotation.rotate(now=timezone.now()).key

    assert [key["kid"] for key in client.get("/.well-known/jwks.json").json()["keys"]] == [old.kid, new.kid]
    assert kid_of(AccessToken()) == old.kid
    assert key_ring().signing(timezone.now() + rotation.PUBLISHED_BEFORE).kid == new.kid


@pytest.mark.django_db
def test_tokens_that_are_out_stay_good_when_the_key_changes() -> None:
    user = make_user("ann")
    client = families.Client("192.0.2.1", "x")
    before = families.issue(user, client, now=timezone.now())
    call_command("rotate_jwt_key", at_once=True, stdout=StringIO())
    after = families.refresh(before.refresh, client, now=timezone.now())

    assert kid_of(before.access) != kid_of(after.access)
    for tokens in (before, after):
        assert families.authenticate(tokens.access, now=timezone.now())[0] == user


@pytest.mark.django_db
def test_a_key_goes_when_the_last_of_its_tokens_is_over() -> None:
    [old] = key_ring().keys
    new = rotation.rotate(now=NOW, at_once=True).key
    assert rotation.drop_outlived(now=NOW + timedelta(days=14)) == []

    assert rotation.drop_outlived(now=NOW + timedelta(days=14, minutes=1)) == [old.kid]
    assert [key.kid for key in key_ring().keys] == [new.kid]


@pytest.mark.django_db
def test_a_key_that_has_become_known_takes_all_tokens_with_it() -> None:
    user = make_user("ann")
    before = families.issue(user, families.Client("192.0.2.1", "x"), now=timezone.now())
    told = StringIO()
    call_command("rotate_jwt_key", drop_others=True, stdout=told)

    assert "is gone" in told.getvalue()
    with pytest.raises(TokenRefused):
        families.authenticate(before.access, now=timezone.now())


def test_the_key_set_verifies_our_tokens_and_tells_no_secret(client: Client) -> None:
    answer = client.get("/.well-known/jwks.json")
    [key] = answer.json()["keys"]
    public = RSAAlgorithm.from_jwk(json.dumps(key))

    assert isinstance(public, RSAPublicKey)
    assert set(key) == {"kty", "n", "e", "kid", "use", "alg"}
    assert "max-age" in answer["Cache-Control"]
    assert not answer.cookies
    assert jwt.decode(str(AccessToken()), public, algorithms=["RS256"], options={"verify_aud": False})["typ"] == "access"


def test_others_who_may_read_a_key_are_warned_of() -> None:
    assert jwt_keys() == []
    key_ring().keys[0].path.chmod(0o644)

    assert [message.id for message in jwt_keys()] == ["shortener.W021"]


@pytest.mark.parametrize("text", ["no key", ""])
def test_a_file_that_is_no_key_is_named(folder: Path, text: str) -> None:
    folder.mkdir()
    (folder / "20260101T000000000000Z-abc.pem").write_text(text)

    with pytest.raises(ImproperlyConfigured, match=r"20260101T000000000000Z-abc\.pem"):
        key_ring()
