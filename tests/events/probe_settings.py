"""Settings of a process that tests start: theirs, with the database of the running test."""

import os

from shortener_project.settings.test import *  # noqa: F403

DATABASES["default"]["NAME"] = os.environ["PROBE_DATABASE"]  # noqa: F405
REDIS_URL = os.environ["PROBE_REDIS_URL"]
EVENT_BUS = "tests.events.probe.HastyBus"
CONSUMER_GROUPS = {"probe": "tests.events.probe.Probe"}
