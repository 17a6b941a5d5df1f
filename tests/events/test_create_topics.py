"""`manage.py create_topics` on a real broker."""

import gc
import io
import secrets
from collections.abc import Iterator, Mapping
from contextlib import closing
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from apps.events.kafka_bus.admin import Admin
from apps.events.kafka_bus.library import ConfigResource, ConfigResourceType
from apps.events.topics import Topic
from tests.engines.kafka import Kafka
from tests.events.reading import wait_until

DAY_MS = 24 * 3600 * 1000
CLICKS = str(Topic.URL_REDIRECTED)


@pytest.fixture
def prefix(shared_kafka: Kafka, settings: Any) -> str:
    """No topic begins with it yet."""
    settings.KAFKA_BOOTSTRAP_SERVERS = shared_kafka.servers
    settings.KAFKA_PREFIX = f"{secrets.token_hex(4)}."
    settings.KAFKA_REPLICATION = 1
    return str(settings.KAFKA_PREFIX)


@pytest.fixture
def admin() -> Iterator[Admin]:
    with closing(Admin()) as admin:
        yield admin


def create_topics() -> dict[str, str]:
    """What the command says of each topic."""
    out = io.StringIO()
    call_command("create_topics", stdout=out)
    return dict(line.split(": ", 1) for line in out.getvalue().splitlines())


def topic_of(admin: Admin, name: str) -> Mapping[str, Any]:
    [topic] = admin.ask(lambda client: client.describe_topics([name]))
    return topic  # type: ignore[no-any-return]


def config_of(admin: Admin, name: str) -> dict[str, str]:
    resource = ConfigResource(ConfigResourceType.TOPIC, name, ["retention.ms", "cleanup.policy", "message.timestamp.type"])
    answer = admin.ask(lambda client: client.describe_configs([resource], config_filter="all"))
    return {key: config["value"] for key, config in answer["topic"][name].items()}


@pytest.mark.full
def test_each_topic_gets_its_partitions_replicas_and_retention(prefix: str, admin: Admin, settings: Any) -> None:
    settings.EVENT_PARTITIONS = 2
    settings.KAFKA_RETENTION_DAYS = 30
    settings.KAFKA_TOPIC_OPTIONS = {CLICKS: {"partitions": 6, "retention_days": 60}}

    said = create_topics()

    assert set(said.values()) == {"made"}
    assert {f"{prefix}{topic}" for topic in Topic} < set(said)
    clicks, letters, changes = (topic_of(admin, f"{prefix}{name}") for name in (CLICKS, f"{CLICKS}.dlq", Topic.URL_UPDATED))
    assert [len(topic["partitions"]) for topic in (clicks, letters, changes)] == [6, 1, 2]
    assert {len(part["replica_nodes"]) for part in clicks["partitions"]} == {1}
    assert config_of(admin, f"{prefix}{CLICKS}") == {
        "retention.ms": str(60 * DAY_MS),
        "cleanup.policy": "delete",
        "message.timestamp.type": "LogAppendTime",
    }
    assert config_of(admin, f"{prefix}{Topic.URL_UPDATED}")["retention.ms"] == str(30 * DAY_MS)
    assert config_of(admin, f"{prefix}{CLICKS}.dlq")["retention.ms"] == "-1"


@pytest.mark.full
def test_a_second_run_changes_nothing_and_makes_what_is_missing(prefix: str, admin: Admin) -> None:
    create_topics()
    before = topic_of(admin, f"{prefix}{CLICKS}")["topic_id"]
    admin.ask(lambda client: client.delete_topics([f"{prefix}{Topic.URL_UPDATED}"]))
    wait_until(lambda: bool(topic_of(admin, f"{prefix}{Topic.URL_UPDATED}")["error_code"]))

    said = create_topics()

    assert said.pop(f"{prefix}{Topic.URL_UPDATED}") == "made"
    assert set(said.values()) == {"as planned"}
    assert topic_of(admin, f"{prefix}{CLICKS}")["topic_id"] == before


@pytest.mark.full
def test_partitions_are_not_added_since_keys_would_move(prefix: str, admin: Admin, settings: Any) -> None:
    settings.EVENT_PARTITIONS = 2
    create_topics()
    settings.EVENT_PARTITIONS = 4
    settings.KAFKA_RETENTION_DAYS = 7

    said = create_topics()[f"{prefix}{CLICKS}"]

    assert "partitions is 2, planned 4" in said
    assert "keys would go to other partitions" in said
    assert f"retention.ms is {30 * DAY_MS}, planned {7 * DAY_MS}" in said
    assert len(topic_of(admin, f"{prefix}{CLICKS}")["partitions"]) == 2


@pytest.mark.full
def test_more_replicas_than_brokers_are_refused(prefix: str, settings: Any) -> None:
    settings.KAFKA_REPLICATION = 3

    with pytest.raises(CommandError, match=r"InvalidReplicationFactor"):
        create_topics()


def test_the_setting_that_is_missing_is_named(settings: Any) -> None:
    settings.KAFKA_BOOTSTRAP_SERVERS = []

    with pytest.raises(CommandError, match="KAFKA_BOOTSTRAP_SERVERS is not set"):
        create_topics()


# The client forgets sockets whose connection was refused.
@pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")
@pytest.mark.filterwarnings("ignore:.*<socket:pytest.PytestUnraisableExceptionWarning")
def test_brokers_that_do_not_answer_are_named(settings: Any) -> None:
    settings.KAFKA_BOOTSTRAP_SERVERS = ["127.0.0.1:9"]

    with pytest.raises(CommandError, match=r"127\.0\.0\.1:9"):
        create_topics()
    gc.collect()
