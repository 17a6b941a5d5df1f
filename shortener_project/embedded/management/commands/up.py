from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management.base import BaseCommand

from shortener_project.embedded.errors import EngineError, StartError
from shortener_project.embedded.services import prepare_command, product_services
from shortener_project.embedded.supervisor import Plan, Supervisor

URL_VARIABLES = ("DATABASE_URL", "REDIS_URL", "CLICKHOUSE_URL")


class Command(BaseCommand):
    help = "Run everything on one port: engines without a URL variable, the site, and the processes behind it."
    requires_system_checks = ()

    def handle(self, **_options: Any) -> None:
        try:
            _check_settings()
            Supervisor(_plan()).run()
        except (StartError, EngineError) as error:
            self.stderr.write(str(error))
            raise SystemExit(1) from error


def _check_settings() -> None:
    """Raises StartError for what would fail only when everything has started."""
    public = urlsplit(settings.PUBLIC_URL)
    if public.scheme not in {"http", "https"} or not public.hostname:
        raise StartError("PUBLIC_URL", f"expected https://host, got {settings.PUBLIC_URL}")


def _plan() -> Plan:
    return Plan(
        var_dir=settings.VAR_DIR,
        port=settings.PORT,
        public_url=settings.PUBLIC_URL,
        embedded=settings.EMBEDDED_PARTS,
        configured={name: getattr(settings, name) for name in URL_VARIABLES if name not in settings.EMBEDDED_PARTS},
        prepare=prepare_command(),
        services=lambda listener: product_services(listener=listener, redirectors=settings.REDIRECTOR_PROCESSES),
    )
