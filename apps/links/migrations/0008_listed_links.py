from django.db import migrations, models

# The rows of links that are there already come with the next migration, the indexes with the one after it.
#
# A link is in the same state here as `Link.state_at` says. Statement triggers write what is inserted or deleted at once;
# updates go link by link, because most of them (clicks, above all) change nothing here and `WHEN` tells so at once.
# Clicks are only noted here, and listed by a task: counting them must stay quick.
# Whoever changes a link or its tags holds the lock of the link's row, so no two write its rows here at the same time.
_KEEP = """
CREATE FUNCTION links_listed_state(link links_link) RETURNS smallint LANGUAGE sql STABLE AS $$
  SELECT (CASE
    WHEN link.deleted_at IS NOT NULL THEN 6
    WHEN link.banned_at IS NOT NULL THEN 5
    WHEN NOT link.is_active THEN 4
    WHEN link.expires_at <= statement_timestamp() THEN 2
    WHEN link.valid_from > statement_timestamp() THEN 1
    WHEN link.redirects_used >= link.max_clicks THEN 3
    ELSE 0 END)::smallint
$$;
CREATE FUNCTION links_listed_due_at(link links_link) RETURNS timestamptz LANGUAGE sql STABLE AS $$
  SELECT CASE links_listed_state(link) WHEN 1 THEN link.valid_from WHEN 0 THEN link.expires_at WHEN 3 THEN link.expires_at END
$$;
CREATE FUNCTION links_listed_clicks(clicks bigint) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE WHEN clicks < 1000 THEN clicks ELSE trunc(clicks::numeric, 3 - length(clicks::text))::bigint END
$$;
CREATE FUNCTION links_listed_microseconds(at timestamptz) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
  SELECT (extract(epoch FROM at) * 1000000)::bigint
$$;
CREATE FUNCTION links_listed_expiry(at timestamptz) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
  SELECT coalesce(-links_listed_microseconds(at), -9223372036854775807)
$$;

CREATE FUNCTION links_list_again(link links_link) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  UPDATE links_listedlink SET
    workspace_id = link.workspace_id,
    domain_id = link.domain_id,
    state = links_listed_state(link),
    created = links_listed_microseconds(link.created_at),
    clicks = links_listed_clicks(link.click_count),
    expiry = links_listed_expiry(link.expires_at),
    due_at = CASE tag_id WHEN 0 THEN links_listed_due_at(link) END
  WHERE link_id = link.id;
END $$;

CREATE FUNCTION links_list_made() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO links_listedlink (link_id, tag_id, workspace_id, domain_id, state, created, clicks, expiry, due_at)
  SELECT link.id, 0, link.workspace_id, link.domain_id, links_listed_state(link), links_listed_microseconds(link.created_at),
    links_listed_clicks(link.click_count), links_listed_expiry(link.expires_at), links_listed_due_at(link)
  FROM made JOIN links_link AS link ON link.id = made.id
  ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$;
CREATE TRIGGER link_list_made AFTER INSERT ON links_link
REFERENCING NEW TABLE AS made FOR EACH STATEMENT EXECUTE FUNCTION links_list_made();

CREATE FUNCTION links_list_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM links_list_again(NEW);
  RETURN NULL;
END $$;
CREATE TRIGGER link_list_changed AFTER UPDATE ON links_link FOR EACH ROW WHEN (
  (OLD.workspace_id, OLD.domain_id, OLD.is_active, OLD.created_at, OLD.valid_from, OLD.expires_at, OLD.banned_at, OLD.deleted_at)
    IS DISTINCT FROM
    (NEW.workspace_id, NEW.domain_id, NEW.is_active, NEW.created_at, NEW.valid_from, NEW.expires_at, NEW.banned_at, NEW.deleted_at)
  OR (OLD.redirects_used >= OLD.max_clicks) IS DISTINCT FROM (NEW.redirects_used >= NEW.max_clicks)
) EXECUTE FUNCTION links_list_changed();

CREATE FUNCTION links_list_clicked() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO links_clickedlink (link_id) VALUES (NEW.id) ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$;
CREATE TRIGGER link_list_clicked AFTER UPDATE ON links_link FOR EACH ROW
WHEN (links_listed_clicks(OLD.click_count) <> links_listed_clicks(NEW.click_count)) EXECUTE FUNCTION links_list_clicked();

CREATE FUNCTION links_list_gone() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM links_clickedlink AS clicked USING gone WHERE clicked.link_id = gone.id;
  DELETE FROM links_listedlink AS listed USING gone WHERE listed.link_id = gone.id;
  RETURN NULL;
END $$;
CREATE TRIGGER link_list_gone AFTER DELETE ON links_link
REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION links_list_gone();

CREATE FUNCTION links_list_tagged() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO links_listedlink (link_id, tag_id, workspace_id, domain_id, state, created, clicks, expiry)
  SELECT link.id, tagged.tag_id, link.workspace_id, link.domain_id, links_listed_state(link),
    links_listed_microseconds(link.created_at), links_listed_clicks(link.click_count), links_listed_expiry(link.expires_at)
  FROM tagged JOIN links_link AS link ON link.id = tagged.link_id
  ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$;
CREATE TRIGGER link_list_tagged AFTER INSERT ON links_linktag
REFERENCING NEW TABLE AS tagged FOR EACH STATEMENT EXECUTE FUNCTION links_list_tagged();

CREATE FUNCTION links_list_untagged() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM links_listedlink AS listed USING untagged
  WHERE listed.link_id = untagged.link_id AND listed.tag_id = untagged.tag_id;
  RETURN NULL;
END $$;
CREATE TRIGGER link_list_untagged AFTER DELETE ON links_linktag
REFERENCING OLD TABLE AS untagged FOR EACH STATEMENT EXECUTE FUNCTION links_list_untagged();
"""
_FORGET = """
DROP TRIGGER link_list_made ON links_link;
DROP TRIGGER link_list_changed ON links_link;
DROP TRIGGER link_list_clicked ON links_link;
DROP TRIGGER link_list_gone ON links_link;
DROP TRIGGER link_list_tagged ON links_linktag;
DROP TRIGGER link_list_untagged ON links_linktag;
DROP FUNCTION links_list_made(), links_list_changed(), links_list_clicked(), links_list_gone(), links_list_tagged(), links_list_untagged();
DROP FUNCTION links_list_again(links_link), links_listed_state(links_link), links_listed_due_at(links_link);
DROP FUNCTION links_listed_clicks(bigint), links_listed_expiry(timestamptz), links_listed_microseconds(timestamptz);
"""


class Migration(migrations.Migration):
    """The table that the links list is read from, and the triggers that keep it."""

    dependencies = [("links", "0007_search_texts")]

    operations = [
        migrations.CreateModel(
            name="ListedLink",
            fields=[
                ("pk", models.CompositePrimaryKey("link_id", "tag_id", blank=True, editable=False, primary_key=True, serialize=False)),
                ("link_id", models.BigIntegerField()),
                ("tag_id", models.BigIntegerField()),
                ("workspace_id", models.BigIntegerField()),
                ("domain_id", models.BigIntegerField()),
                ("state", models.SmallIntegerField()),
                ("created", models.BigIntegerField()),
                ("clicks", models.BigIntegerField()),
                ("expiry", models.BigIntegerField()),
                ("due_at", models.DateTimeField(null=True)),
            ],
            options={"verbose_name": "listed link", "verbose_name_plural": "listed links"},
        ),
        migrations.CreateModel(
            name="ClickedLink",
            fields=[("link_id", models.BigIntegerField(primary_key=True, serialize=False))],
            options={"verbose_name": "clicked link", "verbose_name_plural": "clicked links"},
        ),
        migrations.RunSQL(_KEEP, reverse_sql=_FORGET),
    ]
