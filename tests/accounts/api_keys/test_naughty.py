"""Texts that have broken programs before, as names of keys, as keys, and as all else that is typed."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import escape
from pytest_django import Settings

from apps.accounts.api_keys.errors import KeyNotAccepted, KeyRefused
from apps.accounts.api_keys.rules import checked_name
from apps.accounts.api_keys.verification import verify
from tests.accounts.api_keys.cases import ADDRESS, NOW, make_key
from tests.accounts.matrix import browser
from tests.cast import Cast
from tests.shared_data import shared_json

pytestmark = pytest.mark.django_db

KEYS = "/api/v1/keys"


def texts() -> list[str]:
    found: list[str] = shared_json("naughty-strings/blns.json")
    return found


def test_every_naughty_name_is_kept_as_it_reads_or_refused(cast: Cast, settings: Settings) -> None:
    settings.API_KEYS_PER_USER = 1_000
    kept = set()
    for text in texts():
        try:
            key, _text = make_key(cast.editor, cast.workspace, name=text)
        except KeyRefused:
            continue
        key.refresh_from_db()
        assert key.name == checked_name(text) == checked_name(key.name)
        kept.add(key.name)

    assert len(kept) > 300
    page = browser(cast, cast.editor).get(reverse("api_keys:list")).content.decode()
    assert all(escape(name) in page for name in kept)


def test_no_naughty_text_is_a_key(settings: Settings) -> None:
    settings.WRONG_KEY_LIMIT = "0"
    for text in texts():
        for attempt in (text, f"shk_{text}"):
            with pytest.raises(KeyNotAccepted) as caught:
                verify(attempt, address=ADDRESS, now=NOW)
            assert caught.value.code == "key_malformed"


def test_no_naughty_header_lets_in_or_breaks_anything(settings: Settings) -> None:
    settings.WRONG_KEY_LIMIT = "0"
    client = Client()
    for text in texts()[::5]:
        header = text.encode("utf-8", errors="replace").decode("latin-1")
        for headers in ({"X-Api-Key": header}, {"Authorization": f"Bearer shk_{header}"}, {"Authorization": header}):
            assert client.get("/api/v1/me", headers=headers).status_code == 401, text


def test_no_naughty_body_breaks_the_api(cast: Cast) -> None:
    _key, text = make_key(cast.owner, cast.workspace, "admin")
    client = Client(headers={"Authorization": f"Bearer {text}"})
    for naughty in texts()[::20]:
        body = {"name": "x", "scopes": ["links:read"]}
        for field, value in (("scopes", [naughty]), ("domain", naughty), ("expires_at", naughty), ("workspace", naughty), (naughty, 1)):
            answer = client.post(KEYS, body | {field: value}, content_type="application/json")
            assert answer.status_code in {400, 404, 422} or (field == "domain" and not naughty.strip()), (field, naughty)
        for query in ({"workspace": naughty}, {"after": naughty}):
            assert client.get(KEYS, query).status_code in {200, 400, 404}
