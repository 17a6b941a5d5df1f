import clickhouse_backend.models
import django.db.models.manager
from django.db import migrations

import apps.analytics.engines


def label(verbose_name):
    return clickhouse_backend.models.StringField(default="", low_cardinality=True, verbose_name=verbose_name)


class Migration(migrations.Migration):
    dependencies = [("analytics", "0003_column_codecs")]

    operations = [
        migrations.CreateModel(
            name="OrphanClick",
            fields=[
                ("event_id", clickhouse_backend.models.UUIDField(primary_key=True, serialize=False, verbose_name="event")),
                ("workspace_id", clickhouse_backend.models.UInt64Field(verbose_name="workspace")),
                ("domain", label("domain")),
                ("kind", label("kind")),
                ("path", clickhouse_backend.models.StringField(verbose_name="path")),
                ("timestamp", clickhouse_backend.models.DateTime64Field(precision=3, verbose_name="time")),
                ("method", label("method")),
                ("address", clickhouse_backend.models.StringField(default="", verbose_name="address")),
                ("user_agent", clickhouse_backend.models.StringField(default="", verbose_name="user agent")),
                ("referrer", clickhouse_backend.models.StringField(default="", verbose_name="referrer")),
                ("referrer_host", label("referring site")),
                ("country", label("country")),
                ("is_bot", clickhouse_backend.models.BoolField(default=False, verbose_name="bot")),
                ("bot_reason", label("why a bot")),
                ("visitor_id", clickhouse_backend.models.UInt64Field(default=0, verbose_name="visitor of the day")),
            ],
            options={
                "verbose_name": "orphan click",
                "verbose_name_plural": "orphan clicks",
                "db_table": "orphan_clicks",
                "engine": apps.analytics.engines.MergeTree(
                    fsync_after_insert=1,
                    fsync_part_directory=1,
                    non_replicated_deduplication_window=1000,
                    order_by=("workspace_id", "domain", "timestamp", "event_id"),
                    partition_by=clickhouse_backend.models.toYYYYMM("timestamp"),
                ),
            },
            managers=[
                ("objects", django.db.models.manager.Manager()),
                ("_overwrite_base_manager", django.db.models.manager.Manager()),
            ],
        ),
    ]
