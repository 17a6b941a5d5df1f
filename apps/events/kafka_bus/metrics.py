"""What this process has handed to Kafka and not got confirmed, in figures."""

from prometheus_client import Gauge

from apps.events.kafka_bus.producer import producers

_RECORDS = Gauge("bus_unacked_records", "Records sent to Kafka and not acknowledged yet.")
_AGE = Gauge("bus_oldest_unacked_seconds", "Age of the oldest record that Kafka has not acknowledged: how long it has been away.")

_RECORDS.set_function(lambda: sum(producer.unacked.count for producer in list(producers)))
_AGE.set_function(lambda: max((producer.unacked.age for producer in list(producers)), default=0.0))
