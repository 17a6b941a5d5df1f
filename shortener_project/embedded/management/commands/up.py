from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from shortener_project.embedded.errors import EngineError, StartError
from shortener_project.embedded.services import Service, prepare_command, product_services
from shortener_project.embedded.supervisor import Plan, Supervisor

URL_VARIABLES = ("DATABASE_URL", "REDIS_URL", "CLICKHOUSE_URL")


class Command(BaseCommand):
    help = "Run everything on one port: engines without a URL variable, the site, and the processes behind it."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--without", nargs="+", default=[], metavar="PROCESS", help="leave these out: consumers, shipper, relay …")
        parser.add_argument("--engines", action="store_true", help="start the embedded engines alone")

    def handle(self, *, without: Sequence[str], engines: bool, **_options: Any) -> None:
        try:
            _check_settings()
            Supervisor(_plan(frozenset(without), has_services=not engines)).run()
        except (StartError, EngineError) as error:
            self.stderr.write(str(error))
            raise SystemExit(1) from error


def _check_settings() -> None:
    """Raises StartError for what would fail only when everything has started."""
    public = urlsplit(settings.PUBLIC_URL)
    if public.scheme not in {"http", "https"} or not public.hostname:
        raise StartError("PUBLIC_URL", f"expected https://host, got {settings.PUBLIC_URL}")


def _plan(without: frozenset[str], *, has_services: bool) -> Plan:
    def services(listener: int) -> Sequence[Service]:
        every = product_services(listener=listener, redirectors=settings.REDIRECTOR_PROCESSES) if has_services else []
        if unknown := without - {service.name for service in every}:
            raise StartError("--without", f"no such process: {', '.join(sorted(unknown))}")
        return [service for service in every if service.name not in without]

    return Plan(
        var_dir=settings.VAR_DIR,
        port=settings.PORT,
        public_url=settings.PUBLIC_URL,
        embedded=settings.EMBEDDED_PARTS,
        configured={name: getattr(settings, name) for name in URL_VARIABLES if name not in settings.EMBEDDED_PARTS},
        prepare=prepare_command(),
        services=services,
    )
