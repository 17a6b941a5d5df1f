"""The Celery application: `celery -A shortener_project worker|beat`."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shortener_project.settings.embedded")

app = Celery("shortener_project")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
