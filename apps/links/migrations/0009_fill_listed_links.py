from django.db import migrations, transaction

CHUNK = 10_000
# Locked before they are read, so that what is changed meanwhile is either seen here or comes after by its trigger.
_LOCK = "SELECT count(*) FROM (SELECT FROM links_link WHERE id >= %s AND id < %s FOR SHARE) AS locked"
_FILL = """
INSERT INTO links_listedlink (link_id, tag_id, workspace_id, domain_id, state, created, clicks, expiry, due_at)
SELECT link.id, tag.tag_id, link.workspace_id, link.domain_id, links_listed_state(link), links_listed_microseconds(link.created_at),
  links_listed_clicks(link.click_count), links_listed_expiry(link.expires_at), CASE tag.tag_id WHEN 0 THEN links_listed_due_at(link) END
FROM links_link AS link CROSS JOIN LATERAL (
  SELECT 0 AS tag_id UNION ALL SELECT tag_id FROM links_linktag WHERE link_id = link.id
) AS tag
WHERE link.id >= %s AND link.id < %s
ON CONFLICT DO NOTHING
"""


def fill(apps, schema_editor):
    """In pieces, each a transaction: writers wait for one of them at most, and a second run goes on where the first one ended."""
    alias = schema_editor.connection.alias
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(min(id), 0), coalesce(max(id), -1) FROM links_link")
        first, last = cursor.fetchone()
        for start in range(first, last + 1, CHUNK):
            with transaction.atomic(using=alias):
                cursor.execute(_LOCK, [start, start + CHUNK])
                cursor.execute(_FILL, [start, start + CHUNK])
        cursor.execute("ANALYZE links_listedlink")


class Migration(migrations.Migration):
    """Lists the links that were there before their list."""

    atomic = False
    dependencies = [("links", "0008_listed_links")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
