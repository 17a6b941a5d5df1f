"""Settings of a process that tests start: theirs, with the database of the running test."""

import os

from shortener_project.settings.test import *  # noqa: F403

DATABASES["default"]["NAME"] = os.environ["PROBE_DATABASE"]  # noqa: F405
REDIS_URL = os.environ["PROBE_REDIS_URL"]
EVENT_BUS = "tests.events.probe.HastyKafkaBus" if KAFKA_BOOTSTRAP_SERVERS else "tests.events.probe.HastyBus"  # noqa: F405
CONSUMER_GROUPS = {"probe": "tests.events.probe.Probe"}
