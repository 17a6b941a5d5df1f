"""Values of settings that are refused where they are read."""

from collections.abc import Callable
from typing import Any

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


@pytest.mark.parametrize(
    "word", ["url_updated_events=4", "url_updated_events.copies=3", "url_updated_events.partitions=0", ".partitions=3"]
)
def test_an_option_of_a_topic_names_topic_and_option(word: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=r"\AKAFKA_TOPIC_OPTIONS: "):
        connections.kafka_topics([word])


def test_options_of_topics_are_told_by_topic() -> None:
    options = connections.kafka_topics(["a.partitions=12", "a.retention_days=90", "b.replication=3"])

    assert options == {"a": {"partitions": 12, "retention_days": 90}, "b": {"replication": 3}}


def kafka_security(**given: Any) -> dict[str, Any]:
    words: dict[str, Any] = dict.fromkeys(("user", "password", "ca_file", "certificate_file", "key_file"), "")
    return connections.kafka_security(**(words | {"mechanism": "PLAIN", "is_encrypted": False} | given))


def test_kafka_is_reached_in_the_way_that_the_settings_need() -> None:
    log_in: dict[str, Any] = {"user": "u", "password": "p"}

    assert kafka_security() == {"security_protocol": "PLAINTEXT"}
    assert kafka_security(is_encrypted=True, ca_file="/ca.pem") == {"security_protocol": "SSL", "ssl_cafile": "/ca.pem"}
    assert kafka_security(**log_in, is_encrypted=True)["security_protocol"] == "SASL_SSL"
    assert kafka_security(**log_in) == {
        "security_protocol": "SASL_PLAINTEXT",
        "sasl_mechanism": "PLAIN",
        "sasl_plain_username": "u",
        "sasl_plain_password": "p",
    }


@pytest.mark.parametrize(("given", "name"), [({"user": "u"}, "KAFKA_PASSWORD"), ({"ca_file": "/ca.pem"}, "KAFKA_TLS")])
def test_half_a_security_is_refused(given: dict[str, Any], name: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=rf"\A{name}: "):
        kafka_security(**given)


@pytest.mark.parametrize(
    ("urls", "more", "options"),
    [
        ([], {"user": "u"}, {}),
        (["http://search:9200"], {}, {"hosts": ["http://search:9200"]}),
        (["https://search", "http://[::1]"], {}, {"hosts": ["https://search:443", "http://[::1]:9200"]}),
        (["https://search/path/"], {"ca_file": "/ca.pem"}, {"hosts": ["https://search:443/path"], "ca_certs": "/ca.pem"}),
        (["http://me:p%40ss@search"], {}, {"hosts": ["http://search:9200"], "basic_auth": ["me", "p@ss"]}),
        (["http://search"], {"user": "me", "password": "pass"}, {"hosts": ["http://search:9200"], "basic_auth": ["me", "pass"]}),
        (["http://search"], {"api_key": "key"}, {"hosts": ["http://search:9200"], "api_key": "key"}),
    ],
)
def test_elasticsearch_is_named_by_urls_and_a_log_in(urls: list[str], more: dict[str, str], options: dict[str, object]) -> None:
    given = {"user": "", "password": "", "api_key": "", "ca_file": ""} | more

    assert connections.elasticsearch(urls=urls, **given) == options


@pytest.mark.parametrize(
    ("urls", "more", "variable"),
    [
        (["search:9200"], {}, "ELASTICSEARCH_URL"),
        (["http://search:x"], {}, "ELASTICSEARCH_URL"),
        (["http://a:b@one", "http://two"], {}, "ELASTICSEARCH_URL"),
        (["http://search"], {"user": "me"}, "ELASTICSEARCH_PASSWORD"),
        (["http://a:b@search"], {"api_key": "key"}, "ELASTICSEARCH_API_KEY"),
        (["http://search"], {"ca_file": "/ca.pem"}, "ELASTICSEARCH_CA_FILE"),
    ],
)
def test_what_does_not_fit_elasticsearch_names_its_variable(urls: list[str], more: dict[str, str], variable: str) -> None:
    given = {"user": "", "password": "", "api_key": "", "ca_file": ""} | more

    with pytest.raises(ImproperlyConfigured, match=f"^{variable}: "):
        connections.elasticsearch(urls=urls, **given)
