"""Links with words and tags in PostgreSQL, as `_link_texts` has them; for processes with Django set up."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from bench._link_texts import LinkText, link_texts, vocabulary

# Every third link is in the workspace that is measured; the others share so many.
OTHERS = 500
NOW = datetime(2026, 11, 1, tzinfo=UTC)
_LINK_COLUMNS = "id, code, destination_url, title, description, is_active, click_count, version, created_at, updated_at, utm, cache_seconds"
_COPY_LINKS = f"COPY links_link ({_LINK_COLUMNS}, domain_id, workspace_id, owner_id, redirect_status, ban_reason, flag_reason) FROM STDIN"
_OF_LISTS = {"links_link": "link_list_made", "links_linktag": "link_list_tagged"}
_COPY_TAGS = "COPY links_linktag (link_id, tag_id) FROM STDIN"


def seed(links: int) -> int:
    """Store so many links; the id of the workspace that has a third of them."""
    from django.db import connection, transaction  # noqa: PLC0415 - Django is set up by now

    from apps.accounts.models import User, Workspace  # noqa: PLC0415
    from apps.links.installation import default_domain  # noqa: PLC0415
    from apps.links.models import Tag  # noqa: PLC0415

    owner = User.objects.create_user("search-bench@example.com", "correct horse battery staple")
    mine = Workspace.objects.get(personal_for=owner)
    others = Workspace.objects.bulk_create(Workspace(name=f"Other {number}") for number in range(OTHERS))
    workspaces = [mine, *others]
    names = sorted({name for text in link_texts(0, 5_000) for name in text.tags} | set(vocabulary()[:60]))
    tags = Tag.objects.bulk_create((Tag(workspace=workspace, name=name) for workspace in workspaces for name in names), batch_size=5_000)
    tag_ids = {(tag.workspace_id, tag.name): tag.pk for tag in tags}
    domain_id = default_domain().pk

    def home(number: int) -> int:
        return mine.pk if number % 3 == 0 else others[number % OTHERS].pk

    _keep_lists(is_kept=False)
    with transaction.atomic(), connection.cursor() as cursor:
        with cursor.copy(_COPY_LINKS) as copy:
            for number, text in enumerate(link_texts(0, links)):
                copy.write_row(_row(number, text, domain_id=domain_id, workspace_id=home(number), owner_id=owner.pk))
        with cursor.copy(_COPY_TAGS) as copy:
            for number, text in enumerate(link_texts(0, links)):
                for name in text.tags:
                    copy.write_row((number + 1, tag_ids[home(number), name]))
        cursor.execute("SELECT setval(pg_get_serial_sequence('links_link', 'id'), %s)", [links])
    _keep_lists(is_kept=True)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE links_link, links_linktag, links_tag")
    return int(mine.pk)


def _keep_lists(*, is_kept: bool) -> None:
    """What lists are read from is not searched, and takes longer to write than all the rest."""
    from django.db import connection  # noqa: PLC0415

    with connection.cursor() as cursor:
        for table, trigger in _OF_LISTS.items():
            cursor.execute(f"ALTER TABLE {table} {'ENABLE' if is_kept else 'DISABLE'} TRIGGER {trigger}")


def _row(number: int, text: LinkText, **ids: int) -> tuple[Any, ...]:
    made = NOW - timedelta(seconds=number % 50_000_000)
    shown = (number + 1, text.code, text.destination_url, text.title, text.description)
    return (*shown, True, number % 1_000, 1, made, made, "{}", 0, ids["domain_id"], ids["workspace_id"], ids["owner_id"], 302, "", "")


def chunks(count: int, size: int) -> Iterator[range]:
    """The ids of `count` seeded links in pieces."""
    for first in range(1, count + 1, size):
        yield range(first, min(first + size, count + 1))
