"""nginx as the reference: `return 302` on one core."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench._processes import running

_CONFIG = """
daemon off; worker_processes 1; pid %(folder)s/nginx.pid; error_log %(folder)s/nginx.log;
events { worker_connections 1024; }
http {
  access_log off; keepalive_timeout 60; keepalive_requests 1000000000;
  client_body_temp_path %(folder)s/a; proxy_temp_path %(folder)s/b; fastcgi_temp_path %(folder)s/c;
  uwsgi_temp_path %(folder)s/d; scgi_temp_path %(folder)s/e;
  server {
    listen 127.0.0.1:%(port)d;
    location / { add_header cache-control "private, no-store"; return 302 https://example.com/some/long/path$uri?x=1; }
  }
}
"""


@contextmanager
def nginx(folder: Path, port: int) -> Iterator[int]:
    """Run it until the block ends; gives its process id."""
    config = folder / "nginx.conf"
    config.write_text(_CONFIG % {"folder": folder, "port": port}, encoding="ascii")
    with running(["nginx", "-e", str(folder / "nginx.log"), "-c", str(config)]) as pid:
        yield pid
