import clickhouse_backend.models
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("analytics", "0004_orphan_clicks")]

    operations = [
        migrations.AddField("clickevent", "asn", clickhouse_backend.models.UInt32Field(default=0, verbose_name="number of the network")),
        migrations.AddField(
            "clickevent", "network", clickhouse_backend.models.StringField(default="", low_cardinality=True, verbose_name="network")
        ),
        migrations.AddField("clickevent", "session_id", clickhouse_backend.models.UInt64Field(default=0, verbose_name="visit")),
        migrations.AddField(
            "clickevent",
            "is_unique_visitor",
            clickhouse_backend.models.BoolField(default=False, verbose_name="first click of the visitor on the link that day"),
        ),
    ]
