from django.db import migrations

from apps.analytics import ddl

CREATE = """
CREATE MATERIALIZED VIEW clicks_hourly_view{on_cluster} TO clicks_hourly{local} AS
SELECT
    workspace_id,
    link_id,
    toStartOfHour(timestamp, 'UTC') AS hour,
    is_bot,
    count() AS clicks,
    uniqState(visitor_id) AS visitors
FROM click_events{local}
GROUP BY workspace_id, link_id, hour, is_bot
"""


class Migration(migrations.Migration):
    dependencies = [("analytics", "0001_initial")]

    operations = [ddl.RunSQL(CREATE, "DROP VIEW clicks_hourly_view{on_cluster}")]
