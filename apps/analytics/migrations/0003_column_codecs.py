from django.db import migrations

from apps.analytics import ddl

# Numbers grow along the table's order; texts repeat in neighbouring rows.
CODECS = {
    "Delta, ZSTD": ["link_id", "timestamp"],
    "T64, ZSTD": ["workspace_id", "owner_id"],
    "ZSTD": ["event_id", "code", "destination_url", "address", "user_agent", "referrer"],
}


def alter(codecs):
    changes = [f"MODIFY COLUMN {column} {change}" for change, columns in codecs.items() for column in columns]
    return f"ALTER TABLE click_events{{local}}{{on_cluster}} {', '.join(changes)}"


class Migration(migrations.Migration):
    dependencies = [("analytics", "0002_rollup_view")]

    operations = [
        ddl.RunSQL(
            alter({f"CODEC({codec})": columns for codec, columns in CODECS.items()}),
            alter({"REMOVE CODEC": [column for columns in CODECS.values() for column in columns]}),
        )
    ]
