"""Log-ins and TLS on a real broker that asks for both."""

import gc
import secrets
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from apps.events.bus import BusUnavailable
from apps.events.kafka_bus import KafkaBus, admin, handshakes
from apps.events.kafka_bus.admin import Admin
from shortener_project.settings.connections import kafka_security
from tests.engines.kafka import Kafka, LogIn, make_certificate, missing
from tests.events.conftest import KAFKA_HASTY, use_brokers
from tests.events.reading import publish, read, values

pytestmark = [
    pytest.mark.full,
    # The client forgets sockets whose connection failed.
    pytest.mark.filterwarnings("ignore:unclosed <s:ResourceWarning"),
    pytest.mark.filterwarnings("ignore:.*<s.*socket:pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture(autouse=True)
def _forgotten_sockets_are_collected() -> Iterator[None]:
    """While it is known that they are to be expected."""
    yield
    gc.collect()


@pytest.fixture(scope="module")
def log_in(tmp_path_factory: pytest.TempPathFactory) -> LogIn:
    return LogIn("shortener", secrets.token_urlsafe(12), make_certificate(tmp_path_factory.mktemp("certificates")))


@pytest.fixture(scope="module")
def guarded_kafka(log_in: LogIn, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kafka]:
    if reason := missing():
        pytest.skip(reason)
    kafka = Kafka(tmp_path_factory.mktemp("kafka"), log_in=log_in)
    try:
        kafka.start()
        yield kafka
    finally:
        kafka.stop()


@pytest.fixture
def brokers(guarded_kafka: Kafka, log_in: LogIn, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Settings of a client that may come in, and gives up soon."""
    monkeypatch.setattr(admin, "_BOOTSTRAP_MS", 500)
    monkeypatch.setattr(admin, "PATIENCE", 0.0)
    monkeypatch.setattr(handshakes, "SECONDS", 0.5)
    settings.KAFKA_SECURITY = security(log_in)
    settings.KAFKA_BOOTSTRAP_SERVERS = guarded_kafka.secured
    return settings


def security(log_in: LogIn, *, mechanism: str = "SCRAM-SHA-512", **other: Any) -> dict[str, Any]:
    """What the settings make of the variables."""
    options = {"user": log_in.user, "password": log_in.password, "is_encrypted": True, "ca_file": str(log_in.certificate)}
    return kafka_security(**{**options, "mechanism": mechanism, "certificate_file": "", "key_file": "", **other})


@pytest.mark.parametrize("mechanism", ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"])
def test_events_come_through_with_a_log_in_over_tls(guarded_kafka: Kafka, log_in: LogIn, settings: Any, mechanism: str) -> None:
    settings.KAFKA_SECURITY = security(log_in, mechanism=mechanism)
    use_brokers(guarded_kafka, settings, servers=guarded_kafka.secured)

    with closing(KafkaBus(timing=KAFKA_HASTY)) as bus, closing(bus.producer()) as producer:
        publish(producer, "a", "b")
        with closing(bus.consumer(group="readers", topics=["clicks"])) as consumer:
            assert values(read(consumer, at_least=2, timeout=10)) == ["a", "b"]


def refusal() -> str:
    with closing(Admin()) as asked, pytest.raises(BusUnavailable) as refused:
        asked.partitions(["clicks"])
    return str(refused.value)


def test_a_wrong_password_is_named(brokers: Any, log_in: LogIn) -> None:
    brokers.KAFKA_SECURITY = security(log_in, password="wrong")

    assert "look at KAFKA_USER, KAFKA_PASSWORD and KAFKA_SASL_MECHANISM" in refusal()


def test_a_certificate_that_is_not_trusted_is_named(brokers: Any, log_in: LogIn) -> None:
    brokers.KAFKA_SECURITY = security(log_in, ca_file="")

    assert "look at KAFKA_CA_FILE: self-signed certificate" in refusal()


def test_tls_that_is_missing_is_named(brokers: Any, log_in: LogIn) -> None:
    brokers.KAFKA_SECURITY = security(log_in, is_encrypted=False, ca_file="")

    assert "look at KAFKA_TLS" in refusal()


def test_a_log_in_that_is_missing_is_named(brokers: Any, log_in: LogIn) -> None:
    brokers.KAFKA_SECURITY = security(log_in, user="", password="")

    assert "may ask for a log-in, look at KAFKA_USER" in refusal()


def test_a_broker_that_hangs_is_named(brokers: Any, guarded_kafka: Kafka) -> None:
    guarded_kafka.pause()
    try:
        assert "takes connections and answers nothing" in refusal()
    finally:
        guarded_kafka.resume()
