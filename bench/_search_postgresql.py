"""Fills PostgreSQL with links and searches them; prints the times as JSON. A process of its own, with Django."""

import json
import sys
import time

import django

from bench._search import LINKS, measured
from bench._search_seed import seed


def main() -> None:
    django.setup()
    from django.db import connection  # noqa: PLC0415 - Django is set up by now

    from apps.accounts.models import Workspace  # noqa: PLC0415
    from apps.links.search.postgresql.engine import PostgresSearch  # noqa: PLC0415
    from apps.links.search.postgresql.filling import fill  # noqa: PLC0415

    workspace = Workspace.objects.get(pk=seed(LINKS))
    began = time.monotonic()
    links = fill()
    filling = time.monotonic() - began
    with connection.cursor() as cursor:
        # As autovacuum leaves them some minutes later.
        cursor.execute("VACUUM ANALYZE links_searchtext, links_searchword")
    told = measured(PostgresSearch(), workspace_id=workspace.pk, owner_id=workspace.personal_for_id or 0)
    json.dump({**told, "links": links, "filled_per_second": links / filling}, sys.stdout)


if __name__ == "__main__":
    main()
