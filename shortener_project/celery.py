"""The Celery application: `celery -A shortener_project worker|beat`."""

import os
from typing import Any

from celery import Celery
from celery.signals import worker_init, worker_process_init, worker_process_shutdown, worker_shutdown

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shortener_project.settings.embedded")

app = Celery("shortener_project")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_init.connect
@worker_process_init.connect
def _begin_metrics(**_: Any) -> None:
    """In a worker, and in each process that it makes, where it makes some: these do the work then."""
    from apps.common.metrics.processes import begin  # noqa: PLC0415 - reads settings

    begin("worker")


@worker_shutdown.connect
@worker_process_shutdown.connect
def _end_metrics(**_: Any) -> None:
    from apps.common.metrics.processes import end  # noqa: PLC0415 - reads settings

    end()
