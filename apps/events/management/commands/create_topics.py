"""manage.py create_topics"""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from apps.events.bus import BusUnavailable


class Command(BaseCommand):
    help = "Make the topics that the product needs on Kafka's brokers. What exists is left as it is; differences are told."

    def handle(self, *_args: Any, **_options: Any) -> None:
        if not settings.KAFKA_BOOTSTRAP_SERVERS:
            raise CommandError("KAFKA_BOOTSTRAP_SERVERS is not set: the bus is on Redis, which needs no topics")
        # Installations without Kafka never load its library.
        from apps.events.kafka_bus.admin import Admin  # noqa: PLC0415
        from apps.events.kafka_bus.topic_making import make_topics  # noqa: PLC0415
        from apps.events.kafka_bus.topic_plan import planned_topics  # noqa: PLC0415

        admin = Admin()
        try:
            outcomes = make_topics(planned_topics(), admin=admin)
        except BusUnavailable as error:
            raise CommandError(str(error)) from error
        finally:
            admin.close()
        for outcome in outcomes:
            state = "made" if outcome.is_new else "differs: " + "; ".join(outcome.differences) if outcome.differences else "as planned"
            self.stdout.write(f"{outcome.name}: {state}")
