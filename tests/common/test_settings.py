"""Values of settings that are refused where they are read."""

from collections.abc import Callable

import pytest
from django.core.exceptions import ImproperlyConfigured

from shortener_project.settings import connections, env


@pytest.mark.parametrize(
    ("read", "name", "url"),
    [
        (connections.postgresql, "DATABASE_URL", "mysql://db.example.com/shortener"),
        (connections.redis, "REDIS_URL", "cache.example.com:6379"),
        (connections.redis, "REDIS_URL", "redis://cache.example.com:port"),
        (connections.clickhouse, "CLICKHOUSE_URL", "http://clickhouse.example.com:8123"),
        (connections.email, "EMAIL_URL", "mail.example.com"),
        (connections.email, "EMAIL_URL", "smtp://mail.example.com:port"),
    ],
)
def test_a_wrong_url_is_refused_with_the_name_of_its_variable(read: Callable[[str], object], name: str, url: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=rf"\A{name}: "):
        read(url)


def test_a_number_has_a_least_value(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLICK_RETENTION_DAYS", "0")

    with pytest.raises(ImproperlyConfigured, match="CLICK_RETENTION_DAYS: expected 1 or more, got 0"):
        env.integer("CLICK_RETENTION_DAYS", default=730)


@pytest.mark.parametrize("value", ["600", "many/60", "600/0", "2000000/60"])
def test_a_rate_is_requests_and_seconds(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("RATE_LIMIT_REDIRECT", value)

    with pytest.raises(ImproperlyConfigured, match=rf"\ARATE_LIMIT_REDIRECT: expected .*, got '{value}'\Z"):
        env.rate("RATE_LIMIT_REDIRECT", default="600/60")
