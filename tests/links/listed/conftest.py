"""Lists long enough that plans for them are those of long lists."""

import pytest
from django.db import connection

from apps.accounts.models import User, Workspace
from apps.links.installation import default_domain
from apps.links.models import Domain, Tag

LINKS = 12_000
# Old links have expired and nobody clicks them; three links are banned, three have a tag of their own, three a domain.
_FILL = """
INSERT INTO links_link (domain_id, code, destination_url, workspace_id, owner_id, title, is_active, valid_from, expires_at, banned_at,
  deleted_at, click_count, version, created_at, updated_at, redirect_status, utm, ban_reason, flag_reason)
SELECT CASE WHEN n % 2000 = 7 THEN {rare} WHEN n % 5 = 0 THEN {second} ELSE {default} END, 'c' || n, 'https://example.com/' || n,
  CASE WHEN n % 3 = 0 THEN {other} ELSE {workspace} END, {owner}, '', n % 17 <> 0,
  CASE WHEN n % 41 = 0 AND n > 900 THEN now() + interval '1 hour' END,
  CASE WHEN n < 900 THEN now() - n * interval '1 hour' WHEN n % 4 = 0 THEN now() + n * interval '1 day' END,
  CASE WHEN n % 2000 = 11 THEN now() END, CASE WHEN n % 13 = 0 THEN now() END, CASE WHEN n < 900 THEN 0 ELSE n % 700 END,
  1, now() - n * interval '1 minute', now(), 302, '{{}}', '', ''
FROM generate_series(1, {links}) AS n
"""
_TAG = """
INSERT INTO links_linktag (link_id, tag_id)
SELECT link.id, tag.id FROM links_link AS link JOIN links_tag AS tag ON tag.workspace_id = link.workspace_id AND (
  tag.name = 'many' AND link.id % 2 = 0 OR tag.name = 'rare' AND substr(code, 2)::int % 2000 = 7
  OR tag.name = 'old' AND substr(code, 2)::int > {links} - 300)
"""


@pytest.fixture
def long_list(owner: User, workspace: Workspace) -> Workspace:
    """A workspace with thousands of links beside another one."""
    other = Workspace.objects.create(name="Other")
    second, rare = (Domain.objects.create(hostname=hostname) for hostname in ("second.example", "rare.example"))
    for place in (workspace, other):
        Tag.objects.bulk_create(Tag(workspace=place, name=name) for name in ("many", "rare", "old", "unused"))
    given = {
        "default": default_domain().pk,
        "second": second.pk,
        "rare": rare.pk,
        "workspace": workspace.pk,
        "other": other.pk,
        "owner": owner.pk,
        "links": LINKS,
    }
    with connection.cursor() as cursor:
        cursor.execute(_FILL.format(**given))
        cursor.execute(_TAG.format(**given))
        cursor.execute("ANALYZE links_link, links_linktag, links_listedlink, links_tag")
    return workspace
