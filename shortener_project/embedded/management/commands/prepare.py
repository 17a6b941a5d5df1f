from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connection

from apps.links.tasks import mend_search_texts
from shortener_project.embedded.static_files import collect_static

# Any number that nothing else in the database uses.
_LOCK = 7_211_405


class Command(BaseCommand):
    help = "Bring both databases and the static files up to date; safe to run on several machines at once."
    # A wrong setting ends the start here; the site, which would say the same, would be started again and again.

    def handle(self, **_options: Any) -> str:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
            try:
                for database in ("default", "clickhouse"):
                    call_command("migrate", database=database, interactive=False, verbosity=0)
            finally:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])
        # By a worker, as it takes minutes where a million links were there before their texts.
        mend_search_texts.delay()
        collected = collect_static(settings.VAR_DIR / "run" / "static.stamp")
        return f"databases are up to date, static files {'collected' if collected else 'unchanged'}"
