"""System checks of the settings that people write."""

from typing import Any

import pytest
from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured
from pytest_django import Settings

from shortener_project.settings import env


def found() -> dict[str | None, Any]:
    return {message.id: message for message in run_checks() if str(message.id).startswith("shortener.")}


def test_the_defaults_are_right() -> None:
    assert found() == {}


@pytest.mark.parametrize(
    ("setting", "value", "check_id", "named"),
    [
        ("TRUSTED_PROXIES", ["proxy.example.com"], "shortener.E001", "TRUSTED_PROXIES"),
        ("INTERNAL_ADDRESSES", ["10.0.0.1/8"], "shortener.E001", "INTERNAL_ADDRESSES"),
        ("PUBLIC_URL", "links.example.com", "shortener.E002", "PUBLIC_URL"),
        ("PUBLIC_URL", "ftp://links.example.com", "shortener.E002", "PUBLIC_URL"),
        ("PUBLIC_URL", "https://", "shortener.E002", "PUBLIC_URL"),
        ("PUBLIC_URL", "https://user@links.example.com", "shortener.E002", "PUBLIC_URL"),
        ("PUBLIC_URL", "https://links.example.com:99999", "shortener.E002", "PUBLIC_URL"),
        ("PUBLIC_URL", "https://links.example.com/app", "shortener.E002", "PUBLIC_URL"),
        ("PUBLIC_URL", "https://links.example.com?x", "shortener.E002", "PUBLIC_URL"),
        ("SHORT_DOMAIN", "https://sho.rt", "shortener.E003", "SHORT_DOMAIN"),
        ("SHORT_DOMAIN", "", "shortener.E003", "SHORT_DOMAIN"),
        ("SHORT_DOMAIN", "sho.rt:80", "shortener.E003", "SHORT_DOMAIN"),
        ("SHORT_DOMAIN", "sho..rt", "shortener.E003", "SHORT_DOMAIN"),
    ],
)
def test_a_wrong_value_is_named_with_a_way_out(settings: Settings, setting: str, value: object, check_id: str, named: str) -> None:
    settings.PUBLIC_URL = "http://links.example.com"
    setattr(settings, setting, value)

    message = found()[check_id]
    assert named in message.msg
    assert message.hint


@pytest.mark.parametrize(
    ("public_url", "short_domain"),
    [
        ("http://localhost:8000", "localhost:8000"),
        ("https://links.example.com", "sho.rt"),
        ("https://links.example.com", "sho.rt:8443"),
        ("http://[::1]:8000", "[::1]:8000"),
        ("http://[::1]", "[::1]"),
        ("http://127.0.0.1", "xn--e1afmkfd.xn--p1ai"),
    ],
)
def test_ordinary_addresses_pass(settings: Settings, public_url: str, short_domain: str) -> None:
    settings.PUBLIC_URL, settings.SHORT_DOMAIN = public_url, short_domain

    assert found() == {}


def test_a_setting_with_few_words_is_refused_with_all_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMAIL_VERIFICATION", "maybe")

    with pytest.raises(ImproperlyConfigured, match="EMAIL_VERIFICATION: expected one of optional, mandatory, got 'maybe'"):
        env.choice("EMAIL_VERIFICATION", default="optional", words=["optional", "mandatory"])
