"""What a process that serves short domains only holds in memory."""

import os
import subprocess
import sys

from tests.redirects.serving import ROOT

_LOADED = "import sys; import shortener_project.asgi_redirector; print(*sys.modules)"


def test_a_process_for_short_domains_leaves_the_site_out() -> None:
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "shortener_project.settings.test"}
    done = subprocess.run([sys.executable, "-c", _LOADED], cwd=ROOT, env=env, capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert "apps.redirects.resolver" in loaded
    for site_only in (
        "apps.analytics",
        "allauth",
        "django.contrib.admin",
        "rich.traceback",
        "clickhouse_driver",
        "celery",
        "prometheus_client",
    ):
        assert site_only not in loaded


def test_the_site_knows_the_broker_of_its_tasks() -> None:
    from celery import current_app  # noqa: PLC0415 - as tasks find it

    assert current_app.main == "shortener_project"
