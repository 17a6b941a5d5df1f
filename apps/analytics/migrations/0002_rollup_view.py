from django.db import migrations

CREATE = """
CREATE MATERIALIZED VIEW clicks_hourly_view TO clicks_hourly AS
SELECT
    workspace_id,
    link_id,
    toStartOfHour(timestamp, 'UTC') AS hour,
    is_bot,
    count() AS clicks,
    uniqState(visitor_id) AS visitors
FROM click_events
GROUP BY workspace_id, link_id, hour, is_bot
"""


class Migration(migrations.Migration):
    dependencies = [("analytics", "0001_initial")]

    operations = [migrations.RunSQL(CREATE, "DROP VIEW clicks_hourly_view")]
