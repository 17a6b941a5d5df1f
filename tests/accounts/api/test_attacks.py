"""Tokens that somebody has made or changed let nobody in, and no server is asked about them."""

import json
import socket
from collections.abc import Callable, Mapping, Sequence

import jwt
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.test import Client

from apps.accounts.models import User
from tests.accounts.api import forge
from tests.accounts.api.test_log_in import log_in, post
from tests.cast import PASSWORD, make_user
from tests.shared_data import shared_data

pytestmark = pytest.mark.django_db

CLAIMS = ("exp", "nbf", "iat", "aud", "iss", "sub", "jti", "typ", "sid", "ver")
# By the names that the shared cases have: what is sent as an access token in place of a good one.
FORGED: Mapping[str, Callable[[str], Sequence[str]]] = {
    "alg none": lambda good: [forge.unsigned(good, "none")],
    "alg None/nOnE": lambda good: [forge.unsigned(good, "None"), forge.unsigned(good, "nOnE")],
    "HS256 signed with public key DER / JWK JSON / PEM without newline": lambda good: [
        forge.by_secret(good, secret) for secret in public_texts()
    ],
    "RS512/PS256/ES256 with right kid": lambda good: [forge.by_algorithm(good, name) for name in ("RS512", "PS256", "ES256")],
    "jku / x5u header to attacker URL": lambda good: [
        forge.signed(good, header={name: "https://attacker.example/keys"}) for name in ("jku", "x5u")
    ],
    "x5c header": lambda good: [forge.signed(good, header={"x5c": ["MIIB"]})],
    "jwk header": lambda good: [forge.signed(good, header={"jwk": dict(forge.signing_key().as_jwk())})],
    "kid = ' OR 1=1 --": lambda good: [forge.signed(good, header={"kid": "' OR 1=1 --"})],
    "kid unknown": lambda good: [forge.signed(good, header={"kid": kid}) for kid in ("unknown", "../../etc/passwd", "x" * 1000)],
    "kid is no text": lambda good: [good.replace(good.split(".")[0], header) for header in ("eyJhbGciOiJSUzI1NiIsImtpZCI6e319", "e30")],
    "crit header with unknown extension": lambda good: [
        forge.signed(good, header={"crit": ["exp"]}),
        forge.signed(good, header={"crit": []}),
    ],
    "b64=false": lambda good: [forge.signed(good, header={"b64": False})],
    "token of other audience or issuer": lambda good: [
        forge.signed(good, aud="https://other.example"),
        forge.signed(good, aud=[forge.issuer(), "https://other.example"]),
        forge.signed(good, iss="https://other.example"),
        forge.signed(good, iss=f"{forge.issuer()}/"),
    ],
    "exp in the past by 1 s beyond leeway": lambda good: [forge.signed(good, exp=forge.now() - 31)],
    "exp missing": lambda good: [
        forge.signed(good, without=name) for name in ("exp", "nbf", "iat", "aud", "iss", "sub", "jti", "typ", "sid", "ver")
    ],
    "nbf / iat in the future beyond leeway": lambda good: [
        forge.signed(good, nbf=forge.now() + 40),
        forge.signed(good, iat=forge.now() + 40),
    ],
    "sub = other user id, signature unchanged": lambda good: [forge.with_other_payload(good, sub="1")],
    "sub = other user id, signed": lambda good: [forge.signed(good, sub="0"), forge.signed(good, sub=1)],
    "claims of other types": lambda good: [
        forge.signed(good, exp="soon"),
        forge.signed(good, sid="x"),
        forge.signed(good, sid=None),
        forge.signed(good, ver="0"),
        forge.signed(good, typ="sliding"),
    ],
    "payload not JSON / nested 100000 deep": lambda _good: [
        forge.with_payload(b"no json"),
        forge.with_payload(b"[]"),
        forge.with_payload(b"[" * 2000),
        forge.with_payload(b'{"exp":' + b"[" * 100_000),
    ],
    "token of 1 MB": lambda good: [good + "A" * 1_000_000, "A" * 1_000_000],
    "signature truncated / bit flipped": lambda good: [good[:-10], good[:-5] + ("AAAAA" if good[-5:] != "AAAAA" else "BBBBB"), good[:-342]],
    "no token at all": lambda _good: ["x", "..", "a.b", "a.b.c.d", "é.é.é", "\u2028"],
}


def public_texts() -> Sequence[bytes]:
    key = forge.signing_key()
    pem = key.public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    der = key.public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return [der, json.dumps(dict(key.as_jwk())).encode(), pem, pem.strip()]


def status(client: Client, token: str) -> int:
    answer = client.get("/api/v1/me", headers={"Authorization": f"Bearer {token}"})
    if answer.status_code != 200:
        assert answer["Content-Type"] == "application/problem+json"
    return answer.status_code


@pytest.mark.parametrize("name", FORGED)
def test_a_token_that_was_made_or_changed_lets_nobody_in(client: Client, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    make_user("ann")
    good = log_in(client)["access"]
    assert status(client, good) == 200
    # No name is looked up for it: there is nobody to ask.
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_arguments, **_options: pytest.fail("asked a server"))

    assert [status(client, token) for token in FORGED[name](good)] == [401] * len(FORGED[name](good))


def used_refresh_as_access(client: Client, _user: User) -> int:
    return status(client, log_in(client)["refresh"])


def used_access_as_refresh(client: Client, _user: User) -> int:
    return int(post(client, "auth/refresh-token", {"refresh": log_in(client)["access"]}).status_code)


def padded_after_log_out(client: Client, _user: User) -> int:
    tokens = log_in(client)
    post(client, "auth/logout", {"refresh": tokens["refresh"]})
    return status(client, tokens["access"] + "==")


def kept_over_a_new_password(client: Client, user: User) -> int:
    tokens = log_in(client)
    browser = Client()
    browser.force_login(user)
    new = PASSWORD + "x"
    browser.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": new})
    user.refresh_from_db()
    assert user.check_password(new)
    assert post(client, "auth/refresh-token", {"refresh": tokens["refresh"]}).status_code == 401
    return status(client, tokens["access"])


def refreshed_twice(client: Client, _user: User) -> int:
    tokens = log_in(client)
    successor = post(client, "auth/refresh-token", {"refresh": tokens["refresh"]}).json()
    again = post(client, "auth/refresh-token", {"refresh": tokens["refresh"]}, **{"User-Agent": "somebody else"}).status_code
    assert post(client, "auth/refresh-token", {"refresh": successor["refresh"]}).status_code == 401
    assert status(client, successor["access"]) == 401
    return int(again)


def refreshed_after_log_out(client: Client, _user: User) -> int:
    tokens = log_in(client)
    post(client, "auth/logout", {"refresh": tokens["refresh"]})
    return int(post(client, "auth/refresh-token", {"refresh": tokens["refresh"]}).status_code)


def used_after_log_out(client: Client, _user: User) -> int:
    tokens = log_in(client)
    post(client, "auth/logout", {"refresh": tokens["refresh"]})
    return status(client, tokens["access"])


def posted_by_cookie_alone(_client: Client, _user: User) -> int:
    browser = Client(enforce_csrf_checks=True)
    log_in(browser, cookies=True)
    return int(post(browser, "auth/logout-all", {}).status_code)


def sent_by_a_sibling(_client: Client, _user: User) -> int:
    """A sibling can set no cookie named so; one under a like name counts for nothing."""
    browser = Client()
    browser.cookies["access"] = browser.cookies["__Secure-access"] = log_in(Client())["access"]
    return browser.get("/api/v1/me").status_code


USED: Mapping[str, Callable[[Client, User], int]] = {
    "access token used as refresh token": used_access_as_refresh,
    "refresh token used as access token": used_refresh_as_access,
    "a logged-out token re-sent with = padding appended": padded_after_log_out,
    "token issued before password change": kept_over_a_new_password,
    "refresh token used twice": refreshed_twice,
    "refresh after logout": refreshed_after_log_out,
    "access token after logout": used_after_log_out,
    "cookie auth without CSRF token on POST": posted_by_cookie_alone,
    "cookie from sibling subdomain": sent_by_a_sibling,
}


@pytest.mark.parametrize("name", USED)
def test_a_good_token_in_the_wrong_place_lets_nobody_in(client: Client, name: str) -> None:
    assert USED[name](client, make_user("ann")) == (403 if "CSRF" in name else 401)


def test_every_known_attack_is_tried() -> None:
    cases = json.loads(shared_data("attack-vectors/jwt.json").read_text())

    assert {case["attack"] for case in cases} <= {*FORGED, *USED}
    # Those with a note die at once here.
    assert {case["expect"] for case in cases} == {401, 403, "see note"}


def test_headers_name_the_key_and_nothing_else(client: Client) -> None:
    make_user("ann")
    header = jwt.get_unverified_header(log_in(client)["access"])

    assert header == {"alg": "RS256", "typ": "JWT", "kid": forge.signing_key().kid}
