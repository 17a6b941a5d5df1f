"""How all clients reach the brokers, and one kind of failure."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings

from apps.events.bus import BusUnavailable
from apps.events.kafka_bus.library import KafkaError

# Without a version the constructors of producer and consumer wait for a broker, and leave a thread and
# descriptors behind when none comes. An older broker is asked for its version when it is reached.
API_VERSION = (4, 3)
# By default a client that has lost its brokers may look for them only every 30 s.
RECONNECT_MAX_MS = 1_000
# A broker that answers nothing is given up after this long (ms).
REQUEST_TIMEOUT_MS = 10_000
# New topics and partitions are noticed within this time (ms).
METADATA_AGE_MS = 30_000


def client_options() -> dict[str, Any]:
    """Options that every client takes, security included."""
    return {
        "bootstrap_servers": list(settings.KAFKA_BOOTSTRAP_SERVERS),
        "api_version": API_VERSION,
        "reconnect_backoff_max_ms": RECONNECT_MAX_MS,
        "request_timeout_ms": REQUEST_TIMEOUT_MS,
        "metadata_max_age_ms": METADATA_AGE_MS,
        **settings.KAFKA_SECURITY,
    }


@contextmanager
def translated_errors() -> Iterator[None]:
    """Whatever Kafka or the way to it refuses is BusUnavailable."""
    try:
        yield
    except KafkaError as error:
        raise BusUnavailable(f"Kafka: {type(error).__name__}: {error}") from error
