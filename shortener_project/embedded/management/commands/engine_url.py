"""manage.py engine_url DATABASE_URL"""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from shortener_project.embedded import wiring


class Command(BaseCommand):
    help = "Print where an embedded engine of VAR_DIR is reached while it runs, password included."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("variable", choices=["DATABASE_URL", "REDIS_URL", "CLICKHOUSE_URL"])

    def handle(self, *_args: Any, variable: str, **_options: Any) -> str:
        urls = wiring.embedded_urls(settings.VAR_DIR)
        return {"DATABASE_URL": urls.database, "REDIS_URL": urls.redis, "CLICKHOUSE_URL": urls.clickhouse}[variable]
