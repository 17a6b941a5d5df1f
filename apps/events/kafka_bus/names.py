"""Names on the brokers, which installations may share: each puts its own prefix before topics and groups."""

from django.conf import settings


def on_broker(name: str) -> str:
    """What the topic or group `name` is called on the brokers."""
    return f"{settings.KAFKA_PREFIX}{name}"


def of_topic(name: str) -> str:
    """The topic that the brokers call `name`."""
    return name.removeprefix(settings.KAFKA_PREFIX)
