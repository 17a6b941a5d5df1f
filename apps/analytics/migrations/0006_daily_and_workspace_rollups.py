import clickhouse_backend.models
import django.db.models.manager
from django.db import migrations, models

import apps.analytics.engines
import apps.analytics.models


def state(verbose_name, function):
    return apps.analytics.models.StateField(state=f"AggregateFunction({function}, UInt64)", verbose_name=verbose_name)


def rollup(name, model, columns, key, *, time, verbose_name, verbose_name_plural, **settings):
    """Creates a table with `columns`, of which `key` are its primary key, in partitions by the month of `time`."""
    return migrations.CreateModel(
        name=model,
        fields=[
            ("pk", models.CompositePrimaryKey(*key, blank=True, editable=False, primary_key=True, serialize=False)),
            *columns,
        ],
        options={
            "verbose_name": verbose_name,
            "verbose_name_plural": verbose_name_plural,
            "db_table": name,
            "engine": apps.analytics.engines.AggregatingMergeTree(
                fsync_after_insert=1,
                fsync_part_directory=1,
                non_replicated_deduplication_window=1000,
                order_by=key,
                partition_by=clickhouse_backend.models.toYYYYMM(time),
                **settings,
            ),
        },
        managers=[
            ("objects", django.db.models.manager.Manager()),
            ("_overwrite_base_manager", django.db.models.manager.Manager()),
        ],
    )


def number(verbose_name, field=clickhouse_backend.models.UInt64Field):
    return field(verbose_name=verbose_name)


WORKSPACE = ("workspace_id", number("workspace"))
IS_BOT = ("is_bot", clickhouse_backend.models.BoolField(verbose_name="bot"))
LANE = ("lane", number("lane", clickhouse_backend.models.UInt16Field))
DAY = ("day", clickhouse_backend.models.DateField(verbose_name="day"))
CLICKS = ("clicks", apps.analytics.models.StateField(state="SimpleAggregateFunction(sum, UInt64)", verbose_name="clicks"))
VISITORS = [("visitors", state("visitors", "uniq")), ("visitors_rough", state("visitors, roughly", "uniqCombined64(12)"))]


class Migration(migrations.Migration):
    dependencies = [("analytics", "0005_networks_and_visits")]

    operations = [
        migrations.AddField("clickevent", "lane", clickhouse_backend.models.UInt16Field(default=0, verbose_name="lane")),
        rollup(
            "clicks_daily",
            "ClicksDaily",
            [WORKSPACE, ("link_id", number("link")), DAY, IS_BOT, CLICKS, *VISITORS],
            ("workspace_id", "link_id", "day", "is_bot"),
            time="day",
            verbose_name="clicks of a day",
            verbose_name_plural="clicks by day",
            index_granularity=1024,
        ),
        rollup(
            "workspace_clicks",
            "WorkspaceClicks",
            [WORKSPACE, ("quarter", clickhouse_backend.models.DateTimeField(verbose_name="quarter of an hour")), IS_BOT, LANE, CLICKS],
            ("workspace_id", "quarter", "is_bot", "lane"),
            time="quarter",
            verbose_name="clicks of a workspace",
            verbose_name_plural="clicks of workspaces",
        ),
        rollup(
            "workspace_visitors",
            "WorkspaceVisitors",
            [
                WORKSPACE,
                ("step", number("seconds", clickhouse_backend.models.UInt32Field)),
                ("start", clickhouse_backend.models.DateTimeField(verbose_name="start")),
                IS_BOT,
                *VISITORS,
            ],
            ("workspace_id", "step", "start", "is_bot"),
            time="start",
            verbose_name="visitors of a workspace",
            verbose_name_plural="visitors of workspaces",
            index_granularity=64,
        ),
        rollup(
            "values_daily",
            "ValuesDaily",
            [
                WORKSPACE,
                ("property", clickhouse_backend.models.StringField(low_cardinality=True, verbose_name="property")),
                DAY,
                ("value", clickhouse_backend.models.StringField(verbose_name="value")),
                IS_BOT,
                LANE,
                CLICKS,
            ],
            ("workspace_id", "property", "day", "value", "is_bot", "lane"),
            time="day",
            verbose_name="clicks with a value",
            verbose_name_plural="clicks by value",
        ),
    ]
