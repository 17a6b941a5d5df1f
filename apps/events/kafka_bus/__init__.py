"""The bus on Kafka. README.md beside this file tells how and why."""

from apps.events.kafka_bus.bus import KafkaBus

__all__ = ["KafkaBus"]
