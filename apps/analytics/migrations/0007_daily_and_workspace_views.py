from django.db import migrations

from apps.analytics import rollup_views

PROPERTIES = (
    *("country", "region", "city", "device", "browser", "os", "language", "referrer_host", "referrer_class"),
    *("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content", "destination_url"),
)
PAIRS = ", ".join(f"('{name}', toString({name}))" for name in PROPERTIES)
SKETCHES = "uniqState(visitor_id) AS visitors, uniqCombined64State(12)(visitor_id) AS visitors_rough"
VIEWS = {
    "clicks_daily": (
        f"SELECT workspace_id, link_id, toDate(timestamp, 'UTC') AS day, is_bot, count() AS clicks, {SKETCHES}",
        "GROUP BY workspace_id, link_id, day, is_bot",
    ),
    "workspace_clicks": (
        "SELECT workspace_id, toDateTime(intDiv(toUnixTimestamp(toDateTime(timestamp, 'UTC')), 900) * 900, 'UTC') AS quarter, is_bot, lane, count() AS clicks",
        "GROUP BY workspace_id, quarter, is_bot, lane",
    ),
    "workspace_visitors": (
        "SELECT workspace_id, arrayJoin([toUInt32(900), toUInt32(3600), toUInt32(86400)]) AS step,"
        f" toDateTime(intDiv(toUnixTimestamp(toDateTime(timestamp, 'UTC')), step) * step, 'UTC') AS start, is_bot, {SKETCHES}",
        "GROUP BY workspace_id, step, start, is_bot",
    ),
    "values_daily": (
        f"SELECT workspace_id, (arrayJoin([{PAIRS}]) AS pair).1 AS property, toDate(timestamp, 'UTC') AS day, pair.2 AS value,"
        " is_bot, lane, count() AS clicks",
        "GROUP BY workspace_id, property, day, value, is_bot, lane",
    ),
}


class Migration(migrations.Migration):
    """Apart from the tables, since this one takes its time, and can be run again when it was interrupted."""

    dependencies = [("analytics", "0006_daily_and_workspace_rollups")]

    operations = [rollup_views.Create(source="click_events", time="timestamp", views=VIEWS)]
