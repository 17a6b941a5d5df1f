"""gunicorn for the web process, where it runs apart from the redirector.

    gunicorn --config deploy/gunicorn.conf.py

Serves the UI and the back office; redirects belong to `manage.py redirector`.
"""

import os
from typing import Any

# Django alone, without the redirector in front of it.
wsgi_app = "shortener_project.asgi:django"
worker_class = "asgi"
asgi_lifespan = "off"
bind = os.environ.get("BIND", "0.0.0.0:8000")
workers = int(os.environ.get("WEB_CONCURRENCY") or 2)
# Worker processes are replaced now and then, at different times, so that a leak cannot grow for ever.
max_requests = 20_000
max_requests_jitter = 2_000
graceful_timeout = 20
timeout = 60
keepalive = 5
# Forwarded headers are read by the product itself, from TRUSTED_PROXIES only.
forwarded_allow_ips = ""
accesslog = None
errorlog = "-"


def post_worker_init(_worker: Any) -> None:
    """Tell the figures of this worker from now on."""
    from apps.common.metrics.processes import begin  # noqa: PLC0415 - reads settings

    begin("web")


def worker_exit(_server: Any, _worker: Any) -> None:
    """The worker ends."""
    from apps.common.metrics.processes import end  # noqa: PLC0415 - reads settings

    end()
